/** Assets: brings dataset files and lookup tables from their bucket into one checked version. */
@NullMarked
package dev.sluice.assets;

import org.jspecify.annotations.NullMarked;
