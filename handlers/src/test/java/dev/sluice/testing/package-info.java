/** Real servers for the tests of the functions. */
@NullMarked
package dev.sluice.testing;

import org.jspecify.annotations.NullMarked;
