package dev.sluice.local.s3;

import java.time.Instant;

/// What happened to one version of one object, as S3 would notify it.
///
/// `etag` is without quotes and, like `size`, empty or 0 for a delete. `versionId` is empty in a
/// bucket without versions. `sequencer` is hexadecimal and always 16 digits, so that it sorts as
/// text.
public record ObjectEvent(
        Kind kind,
        String bucket,
        String key,
        String versionId,
        String etag,
        long size,
        String sequencer,
        Instant time) {

    /// AWS's event names, without the leading `s3:`.
    public enum Kind {
        PUT("ObjectCreated:Put"),
        COPY("ObjectCreated:Copy"),
        COMPLETE_MULTIPART_UPLOAD("ObjectCreated:CompleteMultipartUpload"),
        DELETE("ObjectRemoved:Delete"),
        DELETE_MARKER_CREATED("ObjectRemoved:DeleteMarkerCreated");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }
}
