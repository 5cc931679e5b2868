@NullMarked
package dev.sluice.local.certificate;

import org.jspecify.annotations.NullMarked;
