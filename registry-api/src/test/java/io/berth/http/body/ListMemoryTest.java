package io.berth.http.body;

import static io.berth.registry.TestContent.pushImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.ApiSettings;
import io.berth.http.ApiSettings.Bounds;
import io.berth.http.Intercepted;
import io.berth.http.RegistryApi;
import io.berth.http.TestApi;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.Registry;
import jakarta.servlet.ServletOutputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.mock.web.DelegatingServletOutputStream;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

@Timeout(60)
class ListMemoryTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final String TAGS = "/v2/library/app/tags/list";
    private static final int ALL = 10_000;
    private static final int SEGMENT = 16 * 1024;

    private final AtomicLong now = new AtomicLong();

    /** Two halves of 100 KiB. */
    private final ListMemory memory = new ListMemory(200 * 1024, 0, now::get);

    private static MockHttpServletRequest from(String client) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", TAGS);
        request.setAttribute(RegistryApi.CLIENT_ATTRIBUTE, client);
        return request;
    }

    private static Deque<byte[]> document(int bytes) {
        Deque<byte[]> segments = new ArrayDeque<>();
        for (int start = 0; start < bytes; start += SEGMENT) {
            byte[] segment = new byte[Math.min(SEGMENT, bytes - start)];
            for (int i = 0; i < segment.length; i++) {
                segment[i] = (byte) (start + i);
            }
            segments.add(segment);
        }
        return segments;
    }

    private static void assertRefused(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void moreThanThereIsWaitsForAll() throws Exception {
        try (ListMemory.Reservation reservation = memory.reserve(from("a"), 1 << 30)) {
            assertThat(memory.free()).isZero();
            assertRefused(() -> memory.reserve(from("b"), 1));
            MockHttpServletResponse response = new MockHttpServletResponse();
            reservation.send(response, "text/plain", document(90_000));
            assertThat(response.getContentAsByteArray())
                    .hasSize(90_000)
                    .endsWith((byte) 89_998, (byte) 89_999);
            assertThat(response.getContentLength()).isEqualTo(90_000);
            assertThat(memory.free()).isEqualTo(102_400);
        }
        assertThat(memory.free()).isEqualTo(102_400);
    }

    @Test
    void aClientHasHalfOfTheMemory() {
        try (ListMemory.Reservation _ = memory.reserve(from("a"), 40_000)) {
            assertRefused(() -> memory.reserve(from("a"), 20_000));
            try (ListMemory.Reservation _ = memory.reserve(from("a"), 9_000);
                    ListMemory.Reservation _ = memory.reserve(from("b"), 50_000)) {
                assertThat(memory.free()).isLessThan(5_000);
            }
        }
        memory.reserve(from("a"), 50_000).close();
        assertThat(memory.free()).isEqualTo(102_400);
    }

    /** A client that takes nothing until it is let go. */
    private static final class Stalled extends MockHttpServletResponse {

        private final CountDownLatch stalls = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);

        @Override
        public ServletOutputStream getOutputStream() {
            return new DelegatingServletOutputStream(
                    new OutputStream() {
                        @Override
                        public void write(int one) {
                            stalls.countDown();
                            try {
                                goesOn.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    });
        }
    }

    private Future<Boolean> send(
            ExecutorService clients, String client, Stalled response, int bytes) {
        return clients.submit(
                () -> {
                    try (ListMemory.Reservation reservation = memory.reserve(from(client), bytes)) {
                        reservation.send(response, "text/plain", document(bytes));
                        return true;
                    } catch (RegistryException e) {
                        return false;
                    } finally {
                        response.stalls.countDown();
                    }
                });
    }

    /** The memory for sending is full of lists whose clients do not read. */
    @Test
    void stalledReadersNeverKeepAGoodClientOut() throws Exception {
        List<Stalled> responses = new ArrayList<>();
        List<Future<Boolean>> outcomes = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                Stalled response = new Stalled();
                responses.add(response);
                outcomes.add(send(clients, "bad" + i % 20, response, 33_000));
                response.stalls.await();
            }
            now.addAndGet(TimeUnit.SECONDS.toNanos(5));
            for (int i = 0; i < 10; i++) {
                try (ListMemory.Reservation reservation = memory.reserve(from("good"), 100_000)) {
                    MockHttpServletResponse response = new MockHttpServletResponse();
                    reservation.send(response, "text/plain", document(100_000));
                    assertThat(response.getContentAsByteArray()).hasSize(100_000);
                }
            }
            responses.forEach(response -> response.goesOn.countDown());
            for (Future<Boolean> outcome : outcomes) {
                assertThat(outcome.get()).as("sent").isFalse();
            }
        }
        assertThat(memory.free()).isEqualTo(102_400);
    }

    /** Without waiting for anything: what one client takes is not all. */
    @Test
    void stalledReadersOfOneClientLeaveHalfOfTheMemory() throws Exception {
        List<Stalled> responses = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                responses.add(new Stalled());
                var _ = send(clients, "bad", responses.getLast(), 40_000);
                responses.getLast().stalls.await();
            }
            try (ListMemory.Reservation reservation = memory.reserve(from("good"), 50_000)) {
                MockHttpServletResponse response = new MockHttpServletResponse();
                reservation.send(response, "text/plain", document(50_000));
                assertThat(response.getContentAsByteArray()).hasSize(50_000);
            }
            responses.forEach(response -> response.goesOn.countDown());
        }
    }

    @Test
    void smallListsNeedNoMemoryToBeSent() throws Exception {
        Stalled stalled = new Stalled();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> sent = send(clients, "bad", stalled, 100_000);
            stalled.stalls.await();
            for (String client : List.of("bad", "good")) {
                MockHttpServletResponse response = new MockHttpServletResponse();
                try (ListMemory.Reservation reservation = memory.reserve(from(client), 40_000)) {
                    reservation.send(response, "text/plain", document(ListMemory.SMALL_BYTES));
                }
                assertThat(response.getContentAsByteArray()).hasSize(ListMemory.SMALL_BYTES);
            }
            stalled.goesOn.countDown();
            assertThat(sent.get()).isTrue();
        }
    }

    @Test
    void clientsThatHoldNothingTakeNoMemory() {
        ClientShares shares = new ClientShares(100, 0);
        for (int i = 0; i < 1_000; i++) {
            ClientShares.Share share = shares.take("client " + i, 50);
            String client = "client " + i;
            assertRefused(() -> shares.take(client, 1));
            share.close();
            share.close();
        }
        assertThat(shares.clients()).isZero();
    }

    /** Sixty clients who ask for all of a huge repository at once, at the memory of two. */
    @Test
    void longListsAreMadeInTurn() throws Exception {
        long forTwo = 2L * ALL * ListMemory.TAG_BYTES;
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
                            long takes = (long) limit * ListMemory.TAG_BYTES;
                            most.accumulateAndGet(held.addAndGet(takes), Math::max);
                            longLists.addAndGet(limit == ALL ? 1 : 0);
                            Thread.sleep(5);
                            held.addAndGet(-takes);
                            return new Page<>(tags.subList(0, limit), true);
                        });
        TestApi api = new TestApi(huge, settings(2 * forTwo));
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
        assertThat(most).hasValueLessThanOrEqualTo(forTwo);
    }

    private static ApiSettings settings(long memory) {
        ApiSettings defaults = ApiSettings.defaults();
        return new ApiSettings(
                defaults.urls(),
                defaults.manifests(),
                defaults.tags(),
                defaults.catalog(),
                Bounds.ofMemory(64 << 20, memory));
    }

    @Test
    void aListThatFailsReleasesItsMemory() {
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
