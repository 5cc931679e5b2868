package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Precondition;
import dev.sluice.local.s3.store.Version;
import java.util.Optional;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.jspecify.annotations.Nullable;

/// `If-Match` and `If-None-Match` of a write.
record WriteConditions(@Nullable String ifMatch, @Nullable String ifNoneMatch)
        implements Precondition {
    @Override
    public void check(Optional<Version.Stored> current) {
        if (ifMatch != null) {
            var object = current.orElseThrow(() -> new S3ProxyException(S3ErrorCode.NO_SUCH_KEY));
            if (!Etags.matches(ifMatch, object)) {
                throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
            }
        }
        if (ifNoneMatch != null
                && current.filter(it -> Etags.matches(ifNoneMatch, it)).isPresent()) {
            throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
        }
    }
}
