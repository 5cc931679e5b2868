@NullMarked
package dev.sluice.local.mapping;

import org.jspecify.annotations.NullMarked;
