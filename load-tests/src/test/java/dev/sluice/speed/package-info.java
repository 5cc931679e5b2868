/** Speed: the whole road and the row path beside what a user would pick instead, in one run. */
@NullMarked
package dev.sluice.speed;

import org.jspecify.annotations.NullMarked;
