package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Precondition;
import dev.sluice.local.s3.store.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.jspecify.annotations.Nullable;

/// What a delete may ask of the object; where there is none, there is nothing to guard.
record DeleteConditions(
        @Nullable String ifMatch, @Nullable Long ifMatchSize, @Nullable Instant ifMatchTime)
        implements Precondition {
    @Override
    public void check(Optional<Version.Stored> current) {
        if (current.filter(it -> !holds(it)).isPresent()) {
            throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
        }
    }

    private boolean holds(Version.Stored object) {
        return (ifMatch == null || Etags.matches(ifMatch, object))
                && (ifMatchSize == null || ifMatchSize == object.size())
                && (ifMatchTime == null || seconds(ifMatchTime).equals(seconds(object.time())));
    }

    // An HTTP date knows no finer.
    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
