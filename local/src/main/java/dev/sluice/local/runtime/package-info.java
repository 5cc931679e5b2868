@NullMarked
package dev.sluice.local.runtime;

import org.jspecify.annotations.NullMarked;
