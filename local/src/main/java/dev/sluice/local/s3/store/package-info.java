/// The versioned store on disk, told in its own words; knows neither HTTP nor the SDK.
@NullMarked
package dev.sluice.local.s3.store;

import org.jspecify.annotations.NullMarked;
