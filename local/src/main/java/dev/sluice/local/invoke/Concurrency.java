package dev.sluice.local.invoke;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Who may have how many invocations under way: the account's pool, out of which a function's
/// reserved concurrency is cut, as its guarantee and its limit. Thread-safe.
final class Concurrency {
    private static final int LEAST_UNRESERVED = 100;

    private final int account;
    private final Map<String, Integer> reserved = new HashMap<>();
    private final Map<String, Integer> underWay = new HashMap<>();

    Concurrency(int account) {
        this.account = account;
    }

    /// Sets a function's reservation, which must leave something to the others.
    synchronized void reserve(String function, OptionalInt concurrency) {
        if (concurrency.isEmpty()) {
            reserved.remove(function);
            return;
        }
        int others = sumOfReserved() - reserved.getOrDefault(function, 0);
        int least = Math.min(LEAST_UNRESERVED, account);
        if (account - others - concurrency.getAsInt() < least) {
            throw new IllegalArgumentException(
                    "Specified ReservedConcurrentExecutions for function decreases account's"
                            + " UnreservedConcurrentExecution below its minimum value of ["
                            + least
                            + "]: "
                            + function);
        }
        reserved.put(function, concurrency.getAsInt());
    }

    /// A function's reservation; empty where it shares the account's pool.
    synchronized OptionalInt reservation(String function) {
        var own = reserved.get(function);
        return own == null ? OptionalInt.empty() : OptionalInt.of(own);
    }

    /// Counts one more invocation in; what stands against it otherwise.
    synchronized Optional<InvokeResult.Reason> enter(String function) {
        var own = reserved.get(function);
        int mine = underWay.getOrDefault(function, 0);
        if (own != null && mine >= own) {
            return Optional.of(InvokeResult.Reason.RESERVED);
        }
        if (own == null && unreservedUnderWay() >= account - sumOfReserved()) {
            return Optional.of(InvokeResult.Reason.ACCOUNT);
        }
        underWay.merge(function, 1, Integer::sum);
        return Optional.empty();
    }

    synchronized void leave(String function) {
        underWay.merge(function, -1, Integer::sum);
    }

    private int sumOfReserved() {
        return reserved.values().stream().mapToInt(Integer::intValue).sum();
    }

    private int unreservedUnderWay() {
        return underWay.entrySet().stream()
                .filter(it -> !reserved.containsKey(it.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }
}
