package dev.sluice.local.proxy;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/// What a client says of itself in its first message.
record Greeting(Target target, String application) {
    /*
     * RDS Proxy's documented list. It refuses `options` by name; that it refuses what is not on the
     * list, search_path for one, is our reading.
     */
    private static final Map<String, String> ACCEPTED =
            Map.of(
                    "client_encoding", "client_encoding",
                    "datestyle", "DateStyle",
                    "timezone", "TimeZone",
                    "extra_float_digits", "extra_float_digits");
    static final int MOST_BYTES = 10_000;

    /// Reads the rest of a start-up message of protocol 3.0.
    static Greeting read(DataInputStream in, int bytes) throws IOException, RefusedException {
        var words = words(in.readNBytes(bytes));
        var parameters = new TreeMap<String, String>();
        String user = "";
        String database = "";
        String application = "";
        for (int at = 0; at + 1 < words.size(); at += 2) {
            var name = words.get(at);
            var value = words.get(at + 1);
            switch (name) {
                case "user" -> user = value;
                case "database" -> database = value;
                case "application_name" -> application = value;
                default -> parameters.put(accepted(name), value);
            }
        }
        if (user.isEmpty()) {
            throw RefusedException.of("28000", "no user is named in the start-up message");
        }
        return new Greeting(
                new Target(user, database.isEmpty() ? user : database, parameters), application);
    }

    private static String accepted(String name) throws RefusedException {
        if (name.equals("options")) {
            throw RefusedException.of(
                    "0A000",
                    "Feature not supported: RDS Proxy currently doesn't support command-line"
                            + " options.");
        }
        var accepted = ACCEPTED.get(name.toLowerCase(java.util.Locale.ROOT));
        if (accepted == null) {
            throw RefusedException.of(
                    "0A000", "Feature not supported: the start-up parameter " + name + ".");
        }
        return accepted;
    }

    private static ArrayList<String> words(byte[] bytes) {
        var words = new ArrayList<String>();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] != 0) {
                continue;
            }
            if (at == from && words.size() % 2 == 0) {
                return words;
            }
            words.add(new String(bytes, from, at - from, StandardCharsets.UTF_8));
            from = at + 1;
        }
        return words;
    }
}
