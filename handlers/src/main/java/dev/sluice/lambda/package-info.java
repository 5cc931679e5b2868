/**
 * The edge to Lambda and AWS: settings, JSON, log lines, clients, and the events that functions
 * share.
 */
@NullMarked
package dev.sluice.lambda;

import org.jspecify.annotations.NullMarked;
