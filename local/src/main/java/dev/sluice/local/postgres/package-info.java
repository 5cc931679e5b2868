@NullMarked
package dev.sluice.local.postgres;

import org.jspecify.annotations.NullMarked;
