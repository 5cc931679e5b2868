@NullMarked
package dev.sluice.rows;

import org.jspecify.annotations.NullMarked;
