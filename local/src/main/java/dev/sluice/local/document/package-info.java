@NullMarked
package dev.sluice.local.document;

import org.jspecify.annotations.NullMarked;
