/// A stack as tests need it: a process of its own that can be stopped, killed and started again.
@NullMarked
package dev.sluice.cli.testing;

import org.jspecify.annotations.NullMarked;
