package dev.sluice.speed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OrderTest {
    private static final int ROUNDS = 7;

    @ParameterizedTest
    @ValueSource(strings = {"a b c d", "a b c d e"})
    void nobodyAlwaysFollowsTheSameNeighbour(String names) {
        var all = List.of(names.split(" ", -1));
        for (var one : all) {
            var before = new HashSet<String>();
            for (var round = 0; round < ROUNDS; round++) {
                var order = Order.of(all, round);
                assertThat(order).containsExactlyInAnyOrderElementsOf(all);
                int place = order.indexOf(one);
                before.add(place == 0 ? "" : order.get(place - 1));
            }
            assertThat(before).as("before %s", one).hasSizeGreaterThan(3);
        }
    }
}
