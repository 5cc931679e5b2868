package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Version;
import java.util.Arrays;

/// Entity tags as clients write them: quoted or not, a list of them, or `*` for any.
final class Etags {
    private Etags() {}

    static boolean matches(String asked, Version.Stored object) {
        return Arrays.stream(asked.split(","))
                .map(it -> it.strip().replace("\"", ""))
                .anyMatch(it -> it.equals("*") || it.equals(object.etag()));
    }
}
