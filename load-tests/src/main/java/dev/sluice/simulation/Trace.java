package dev.sluice.simulation;

import java.util.ArrayList;
import java.util.List;

/// What happened in a schedule, one line for each run of steps of the same actor.
final class Trace {
    private final boolean on;
    private final List<String> lines = new ArrayList<>();
    private String who = "";
    private long at;

    private Trace(boolean on) {
        this.on = on;
    }

    static Trace off() {
        return new Trace(/* on= */ false);
    }

    static Trace on() {
        return new Trace(/* on= */ true);
    }

    boolean isOn() {
        return on;
    }

    void line(long now, String actor, String what) {
        if (!on || what.isEmpty()) {
            return;
        }
        if (actor.equals(who) && now == at) {
            lines.set(lines.size() - 1, lines.getLast() + ", " + what);
            return;
        }
        who = actor;
        at = now;
        long seconds = (now - World.BEGIN) / 1000;
        lines.add(
                "%4d:%02d.%03d  %-9s %s"
                        .formatted(
                                seconds / 60,
                                seconds % 60,
                                (now - World.BEGIN) % 1000,
                                actor,
                                what));
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
