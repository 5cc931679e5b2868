package dev.sluice.local.proxy;

import java.util.LinkedHashMap;
import java.util.Map;

/// What makes one database connection as good as another: who, where, and how values are written.
record Target(String user, String database, Map<String, String> parameters) {
    Target {
        parameters = Map.copyOf(parameters);
    }

    byte[] startup() {
        var all = new LinkedHashMap<String, String>();
        all.put("user", user);
        all.put("database", database);
        all.put("application_name", "database proxy");
        all.putAll(parameters);
        return Messages.startup(all);
    }
}
