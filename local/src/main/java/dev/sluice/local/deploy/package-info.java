@NullMarked
package dev.sluice.local.deploy;

import org.jspecify.annotations.NullMarked;
