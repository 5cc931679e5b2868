package dev.sluice.local.mapping;

import dev.sluice.local.invoke.Functions;
import dev.sluice.local.part.Part;

/// An event source mapping: takes batches from a queue, invokes the function, and deletes what it
/// has done.
public final class SqsMapping implements Part {
    private final SqsMappingSettings settings;

    private SqsMapping(SqsMappingSettings settings) {
        this.settings = settings;
    }

    public static SqsMapping start(SqsMappingSettings settings, Functions functions) {
        return new SqsMapping(settings);
    }

    /// Stops polling, or goes on; batches under way are finished.
    public void setEnabled(boolean enabled) {
        if (enabled != settings.enabled()) {
            throw new UnsupportedOperationException(settings.function());
        }
    }

    /// Stops polling, gives what is under way a while, and makes the rest visible again.
    @Override
    public void close() {}
}
