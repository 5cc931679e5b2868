/** Intake: registers a drop as a job and plans its chunks. */
@NullMarked
package dev.sluice.intake;

import org.jspecify.annotations.NullMarked;
