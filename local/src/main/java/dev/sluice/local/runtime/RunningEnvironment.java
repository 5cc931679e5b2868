package dev.sluice.local.runtime;

/// An execution environment that is alive: its process and what it does now.
///
/// @param function the function's name
/// @param pid the function's process, the one that runs the handler
/// @param busy whether an invocation is under way in it
public record RunningEnvironment(String function, String logicalId, long pid, boolean busy) {}
