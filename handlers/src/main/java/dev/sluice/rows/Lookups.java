package dev.sluice.rows;

import dev.sluice.dataset.Assets;

/// The lookup tables of the shared assets, each kept in memory until its file changes. Not
/// thread-safe: one per execution environment.
public final class Lookups {
    private final Assets assets;

    public Lookups(Assets assets) {
        this.assets = assets;
    }

    Assets assets() {
        return assets;
    }
}
