package dev.sluice.local.fault;

/// How far one link has come into one trap. Guarded by the link.
final class Watch {
    private final Trap trap;
    private int sign;
    private int seen;
    private long left;

    Watch(Trap trap) {
        this.trap = trap;
    }

    Trap trap() {
        return trap;
    }

    /// Looks at the next byte that came; true where the trap's place is.
    boolean isPlace(Direction direction, byte value) {
        var signs = trap.signs();
        if (sign == signs.size()) {
            return direction == signs.getLast().direction() && --left == 0 && arrived();
        }
        var wanted = signs.get(sign);
        if (direction != wanted.direction()) {
            return false;
        }
        seen = wanted.next(seen, value);
        if (seen < wanted.length()) {
            return false;
        }
        seen = 0;
        sign++;
        left = trap.bytesAfter();
        return sign == signs.size() && left == 0 && arrived();
    }

    private boolean arrived() {
        sign = 0;
        return true;
    }
}
