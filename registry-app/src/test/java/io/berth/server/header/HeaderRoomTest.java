package io.berth.server.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeaderRoomTest {

    private static final int LIMIT = 1600;

    private final HeaderRoom room = new HeaderRoom(LIMIT);
    private final List<Held> all = new ArrayList<>();
    private final Set<String> closed = new TreeSet<>();

    private record Held(String name, String client, int bytes, boolean busy) {}

    /** Whether the connection that holds more now may stay. */
    private boolean hold(String name, String client, int bytes) {
        all.add(new Held(name, client, bytes, false));
        return room.count(bytes) || room.makeRoom(name, this::holders);
    }

    private Stream<HeaderRoom.Holder> holders() {
        return all.stream()
                .filter(held -> !closed.contains(held.name()))
                .map(
                        held ->
                                new HeaderRoom.Holder(
                                        held.name(),
                                        held.client(),
                                        held.bytes(),
                                        () -> close(held)));
    }

    private void close(Held held) {
        if (!held.busy()) {
            closed.add(held.name());
            assertThat(room.count(-held.bytes())).isTrue();
        }
    }

    @Test
    void nothingIsClosedWhileThereIsRoom() {
        assertThat(hold("a", "1", LIMIT - 10)).isTrue();
        assertThat(hold("b", "2", 10)).isTrue();

        assertThat(closed).isEmpty();
    }

    @Test
    void theLargestHeaderOfTheAddressThatHoldsMostGivesWay() {
        hold("large", "1", 700);
        hold("small", "1", 200);
        hold("alone", "2", 650);

        assertThat(hold("new", "3", 60)).isTrue();

        assertThat(closed).containsExactly("large");
    }

    @Test
    void anAddressThatHoldsMostGivesWayToItself() {
        hold("a", "1", 800);
        hold("other", "2", 700);

        assertThat(hold("b", "1", 790)).isTrue();

        assertThat(closed).containsExactly("a");
    }

    @Test
    void whoAsksIsRefusedWhereItHoldsMost() {
        hold("a", "1", 100);
        hold("b", "2", 100);

        assertThat(hold("c", "3", LIMIT)).isFalse();

        assertThat(closed).isEmpty();
    }

    @Test
    void whatCannotBeClosedIsPassedOver() {
        all.add(new Held("busy", "1", 900, true));
        assertThat(room.count(900)).isTrue();
        hold("b", "1", 600);

        assertThat(hold("c", "2", 200)).isTrue();

        assertThat(closed).containsExactly("b");
    }

    @Test
    void whoAsksIsRefusedWhereNothingCanBeClosed() {
        all.add(new Held("busy", "1", LIMIT, true));
        assertThat(room.count(LIMIT)).isTrue();

        assertThat(hold("b", "2", 10)).isFalse();
    }

    @Test
    void addressesThatHoldLittleAreNotTouchedHoweverManyHoldMuch() {
        for (int i = 0; i < 15; i++) {
            hold("large " + i, "many " + i, 100);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(hold("good " + i, "good " + i, 10)).isTrue();
        }

        assertThat(closed).isNotEmpty().allMatch(name -> name.startsWith("large"));
    }
}
