/// What a person sees: text made safe, tables, colour where it is wanted, lines that move.
@NullMarked
package dev.sluice.cli.terminal;

import org.jspecify.annotations.NullMarked;
