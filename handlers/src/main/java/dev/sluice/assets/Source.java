package dev.sluice.assets;

/// Where a file of the next version comes from.
sealed interface Source permits AssetsBucket.Listed, Update.Beside {
    long bytes();

    /// A text that changes when the file may have.
    String mark();
}
