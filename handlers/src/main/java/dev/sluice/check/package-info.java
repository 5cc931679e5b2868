/// The check of any files against a dataset, without a server: `./sluice check`.
@NullMarked
package dev.sluice.check;

import org.jspecify.annotations.NullMarked;
