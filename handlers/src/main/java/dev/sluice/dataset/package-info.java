/// What a dataset file says: where rows go and what makes a row good.
@NullMarked
package dev.sluice.dataset;

import org.jspecify.annotations.NullMarked;
