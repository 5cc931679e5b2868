package dev.sluice.speed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// In which order contenders take their turns.
final class Order {
    private Order() {}

    /// Another order for each round, in which nobody always follows the same neighbour: the rows of
    /// a Williams square, 0 1 n-1 2 n-2 …, each further by one, every second turned round.
    static <T> List<T> of(List<T> all, int round) {
        var order = new ArrayList<T>();
        int count = all.size();
        for (var place = 0; place < count; place++) {
            int step = place % 2 == 1 ? (place + 1) / 2 : count - place / 2;
            order.add(all.get((step + round) % count));
        }
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }
}
