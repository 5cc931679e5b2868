@NullMarked
package dev.sluice.local.timer;

import org.jspecify.annotations.NullMarked;
