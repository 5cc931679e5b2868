package dev.sluice.local.gateway;

import dev.sluice.local.invoke.InvokeResult;

/// The functions behind an API, invoked by name.
@FunctionalInterface
public interface Backend {
    InvokeResult invoke(String function, byte[] payload) throws InterruptedException;
}
