package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.s3.ObjectEvent;
import dev.sluice.local.template.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/// The record that a function gets of an object, to the letter of S3's.
class NotificationsTest {
    private final Notifications notifications =
            new Notifications(
                    List.of(
                            new Stack.Notification(
                                    "Dropped",
                                    "inbox",
                                    List.of("s3:ObjectCreated:*"),
                                    "in/",
                                    "",
                                    "intake")),
                    "eu-west-1",
                    "000000000000");
    private final List<String> told = new ArrayList<>();

    @Test
    void writesTheRecordAsS3Does() throws IOException {
        var document =
                JSON.std.mapFrom(
                        new String(
                                notifications.document(put("in/grüße @home+1.csv"), "Dropped"),
                                StandardCharsets.UTF_8));

        assertThat(document.get("Records"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("eventVersion", "2.1")
                .containsEntry("eventSource", "aws:s3")
                .containsEntry("awsRegion", "eu-west-1")
                .containsEntry("eventTime", "2026-11-22T13:00:00.120Z")
                .containsEntry("eventName", "ObjectCreated:Put")
                .containsKeys("userIdentity", "requestParameters", "responseElements")
                .containsEntry(
                        "s3",
                        Map.of(
                                "s3SchemaVersion",
                                "1.0",
                                "configurationId",
                                "Dropped",
                                "bucket",
                                Map.of(
                                        "name",
                                        "inbox",
                                        "ownerIdentity",
                                        Map.of("principalId", "000000000000"),
                                        "arn",
                                        "arn:aws:s3:::inbox"),
                                "object",
                                Map.of(
                                        "key",
                                        "in/gr%C3%BC%C3%9Fe+%40home%2B1.csv",
                                        "size",
                                        7,
                                        "eTag",
                                        "abc",
                                        "versionId",
                                        "v1",
                                        "sequencer",
                                        "000000000000002A")));
    }

    @Test
    void tellsOnlyWhatIsWishedFor() {
        notifications.connect((function, _) -> told.add(function));

        notifications.accept(put("in/a"));
        notifications.accept(put("out/a"));
        notifications.accept(
                new ObjectEvent(
                        ObjectEvent.Kind.DELETE, "inbox", "in/a", "", "", 0, "1", Instant.EPOCH));

        assertThat(told).containsExactly("intake");
    }

    @Test
    void keepsWhatHappensBeforeTheFunctionsAreUp() {
        notifications.accept(put("in/a"));
        assertThat(told).isEmpty();

        notifications.connect((function, _) -> told.add(function));

        assertThat(told).containsExactly("intake");
    }

    private static ObjectEvent put(String key) {
        return new ObjectEvent(
                ObjectEvent.Kind.PUT,
                "inbox",
                key,
                "v1",
                "abc",
                7,
                "000000000000002A",
                Instant.parse("2026-11-22T13:00:00.120Z"));
    }
}
