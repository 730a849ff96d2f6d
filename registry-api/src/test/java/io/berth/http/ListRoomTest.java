package io.berth.http;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListRoomTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String TAGS = "/v2/library/app/tags/list";
    private static final int ALL = 10_000;

    @Test
    void moreThanThereIsWaitsForAll() {
        ListRoom room = new ListRoom(10_240, 0);
        try (ListRoom.Place place = room.take(1 << 30)) {
            assertThat(room.free()).isZero();
            assertThatThrownBy(() -> room.take(1))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
            place.shrinkTo(5_000);
            assertThat(room.free()).isEqualTo(10_240 - 5_120);
            place.shrinkTo(9_000); // never takes more
            assertThat(room.free()).isEqualTo(10_240 - 5_120);
        }
        assertThat(room.free()).isEqualTo(10_240);
    }

    /** Sixty clients who ask for all of a huge repository at once, at the room of two. */
    @Test
    void longListsAreMadeInTurn() throws Exception {
        long room = 2L * ALL * ListRoom.TAG;
        List<Tag> tags =
                IntStream.range(0, ALL).mapToObj(i -> Tag.of("build-%08d".formatted(i))).toList();
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicInteger longLists = new AtomicInteger();
        Registry huge =
                Intercepted.registry(
                        TestApi.emptyRegistry(),
                        "tags",
                        arguments -> {
                            int limit = ((PageRequest) arguments[1]).limit();
                            long takes = (long) limit * ListRoom.TAG;
                            most.accumulateAndGet(held.addAndGet(takes), Math::max);
                            longLists.addAndGet(limit == ALL ? 1 : 0);
                            Thread.sleep(5);
                            held.addAndGet(-takes);
                            return new Page<>(tags.subList(0, limit), true);
                        });
        TestApi api = new TestApi(huge, settings(room));
        List<Callable<Integer>> asking = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            asking.add(() -> api.get(TAGS).send().is(200).json().get("tags").size());
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(asking.size())) {
            for (Future<Integer> answer : executor.invokeAll(asking)) {
                assertThat(answer.get()).isEqualTo(ALL);
            }
        }
        assertThat(longLists).hasValue(60);
        assertThat(most).hasValueLessThanOrEqualTo(room);
    }

    private static ApiSettings settings(long room) {
        ApiSettings defaults = ApiSettings.defaults();
        return new ApiSettings(
                defaults.urls(),
                defaults.manifests(),
                new ApiSettings.Lists(1000, ALL, 100, 1000, room),
                false);
    }

    @Test
    void aListThatFailsGivesItsRoomBack() {
        Registry registry = TestApi.emptyRegistry();
        pushImage(registry, REPOSITORY, "a", "v1");
        AtomicInteger calls = new AtomicInteger();
        Registry failing =
                Intercepted.registry(
                        registry,
                        "tags",
                        arguments -> {
                            if (calls.incrementAndGet() <= 50) {
                                throw new RegistryException(ErrorCode.UNAVAILABLE);
                            }
                            return registry.tags(
                                    (RepositoryName) arguments[0], (PageRequest) arguments[1]);
                        });
        TestApi api = new TestApi(failing, settings(1 << 20));
        for (int i = 0; i < 50; i++) {
            api.get(TAGS).send().is(503);
        }
        api.get(TAGS).send().is(200);
        api.get("/v2/_catalog").send().is(200);
    }
}
