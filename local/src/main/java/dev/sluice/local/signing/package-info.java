/** AWS Signature Version 4, as far as whoever checks one needs it. */
@NullMarked
package dev.sluice.local.signing;

import org.jspecify.annotations.NullMarked;
