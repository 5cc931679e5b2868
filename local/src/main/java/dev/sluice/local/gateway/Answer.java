package dev.sluice.local.gateway;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What goes back to the client.
@SuppressWarnings("ArrayRecordComponent")
record Answer(int status, Map<String, List<String>> headers, byte[] body) {
    static Answer json(int status, String body) {
        var headers = new LinkedHashMap<String, List<String>>();
        headers.put("Content-Type", List.of("application/json"));
        return new Answer(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    Answer with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        more.forEach((name, value) -> all.put(name, List.of(value)));
        return new Answer(status, all, body);
    }
}
