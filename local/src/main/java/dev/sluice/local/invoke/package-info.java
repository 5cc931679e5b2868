@NullMarked
package dev.sluice.local.invoke;

import org.jspecify.annotations.NullMarked;
