package io.berth.object.disk.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectStoreException;
import io.berth.object.disk.Allocated;
import io.berth.object.disk.DiskFixture;
import io.berth.object.disk.DiskStore;
import io.berth.object.disk.file.SystemCalls;
import java.io.IOException;
import java.lang.Thread.State;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a folder is read, by how many, and that what is kept of it is right. */
class FolderNameCacheTest extends DiskFixture {

    /** As long as a change that another process hid behind one of ours may be missed. */
    private static final Duration HIDDEN = Duration.ofSeconds(2);

    private Path folders(int count) throws IOException {
        Path folder = Files.createDirectory(root.resolve("many"));
        for (int i = 0; i < count; i++) {
            Files.createDirectory(folder.resolve("build-" + (1_000_000 + i)));
        }
        settle(folder);
        return folder;
    }

    private static void settle(Path folder) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minusSeconds(60)));
    }

    private List<String> plain(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> "many/" + child.getFileName() + "/").sorted().toList();
        }
    }

    private long readings() {
        return calls.made().stream().filter("children of /many"::equals).count();
    }

    /** One for each time that it has to be made sure, and one at the beginning. */
    private static long allowed(Instant begin) {
        return 1 + Duration.between(begin, Instant.now()).dividedBy(HIDDEN);
    }

    private List<String> allIn(DiskStore store) {
        return store.list(new ListRequest("many/", null, true, 1_000_000)).keys();
    }

    @Test
    void aChangeThatWasRefusedIsNotTakenOver() throws IOException {
        Path folder = folders(100);
        FolderNameCache reader = new FolderNameCache(calls, 1 << 20);
        SortedNames before = reader.names(folder, calls.attributes(folder), "");

        reader.change(folder, "new", FolderNameCache.Kind.ADDS_FOLDER, () -> false);

        assertThat(reader.names(folder, calls.attributes(folder), "")).isSameAs(before);
    }

    @Test
    void aPageCostsThePageWhileThisProcessPushes() throws IOException {
        Path folder = folders(3_000);
        Instant begin = Instant.now();
        list("many/", null, true, 10);
        List<Long> allocated = new ArrayList<>();

        for (int i = 0; i < 300; i++) {
            put("many/build-15" + (1000 + i) + "/x", "");
            if (i % 3 == 0) {
                store.delete(key("many/build-15" + (1000 + i) + "/x"), Condition.always());
            }
            long before = Allocated.bytes();
            list("many/", "many/build-15", true, 10);
            allocated.add(Allocated.bytes() - before);
        }

        assertThat(readings()).isLessThanOrEqualTo(allowed(begin));
        allocated.sort(null);
        assertThat(allocated.get(200)).isLessThan(30_000);
        assertThat(allIn(store)).isEqualTo(plain(folder)).hasSize(3_200);
    }

    @Test
    void aFolderThatOnlyThisProcessChangesIsKeptFromTheSecondReadingOn() throws IOException {
        for (int i = 0; i < 100; i++) {
            put("many/" + i + "/x", "");
        }
        Instant begin = Instant.now();
        calls.made();
        for (int i = 100; i < 200; i++) {
            put("many/" + i + "/x", "");
            assertThat(list("many/", null, true, 1000)).hasSize(i + 1).contains("many/" + i + "/");
        }
        assertThat(readings()).isLessThanOrEqualTo(allowed(begin) + 1);
    }

    @Test
    void whatAnotherProcessHidesIsHiddenForTenSecondsAtTheMost() {
        assertThat(
                        Stream.of(0, 1, 40, 100, 200, 60_000)
                                .map(took -> Duration.ofMillis(took).toNanos())
                                .map(FolderNameCache::recheckAfter)
                                .map(nanos -> Duration.ofNanos(nanos).toMillis()))
                .containsExactly(2_000L, 2_000L, 2_000L, 5_000L, 10_000L, 10_000L);
    }

    @Test
    void whatAnotherProcessChangesBetweenOurChangesIsSeen() throws Exception {
        Path folder = folders(100);
        for (int i = 0; i < 5; i++) {
            put("many/ours-" + i + "/x", "");
            assertThat(allIn(store)).isEqualTo(plain(folder));
            Thread.sleep(20); // into the next tick of the file system's clock
            Files.createDirectory(folder.resolve("theirs-" + i));
            assertThat(allIn(store)).isEqualTo(plain(folder)).contains("many/theirs-" + i + "/");
            Thread.sleep(20);
            Files.delete(folder.resolve("theirs-" + i));
            assertThat(allIn(store)).isEqualTo(plain(folder));
        }
    }

    @Test
    void whatAnotherProcessHidesBehindOurChangeIsSeenSoon() throws Exception {
        Path folder = folders(100);
        allIn(store);
        put("many/ours/x", "");
        assertThat(allIn(store)).isEqualTo(plain(folder));
        FileTime ours = Files.getLastModifiedTime(folder);
        Files.createDirectory(folder.resolve("theirs"));
        Files.setLastModifiedTime(folder, ours); // as within one tick

        Thread.sleep(HIDDEN);
        assertThat(allIn(store)).isEqualTo(plain(folder)).contains("many/theirs/");
    }

    @Test
    void allWhoAskAtOnceShareAReading() throws Exception {
        Path folder = folders(1_000);
        int clients = 60;
        AtomicInteger readings = new AtomicInteger();
        CountDownLatch waited = new CountDownLatch(1);
        DiskStore slow =
                store(
                        new SystemCalls() {
                            @Override
                            public DirectoryStream<Path> children(Path path) throws IOException {
                                if (path.endsWith("many") && readings.incrementAndGet() == 1) {
                                    await(waited);
                                }
                                return super.children(path);
                            }
                        });
        Files.createDirectory(folder.resolve("changed-just-now"));
        List<Callable<List<String>>> asking = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            asking.add(() -> slow.list(new ListRequest("many/", null, true, 10)).keys());
        }
        List<Thread> threads = new CopyOnWriteArrayList<>();
        List<String> first = plain(folder).subList(0, 10);
        try (ExecutorService executor = Executors.newFixedThreadPool(clients, noting(threads))) {
            List<Future<List<String>>> answers = asking.stream().map(executor::submit).toList();
            Eventually.await(
                    "all wait",
                    () -> threads.stream().allMatch(thread -> thread.getState() == State.WAITING));
            waited.countDown();
            for (Future<List<String>> answer : answers) {
                assertThat(answer.get()).isEqualTo(first);
            }
        }
        // Those who came while the first one read need one that began later, and share it.
        assertThat(readings).hasValueLessThanOrEqualTo(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReadingThatFailsFailsThoseWhoWaitAndNoOneElse() throws IOException {
        folders(100);
        calls.fail("children of");
        assertThatThrownBy(() -> allIn(store)).isInstanceOf(ObjectStoreException.Unavailable.class);
        calls.repair();

        assertThat(allIn(store)).hasSize(100);
    }

    /** The name is there, so that it must not be said that it is not. */
    @Test
    void aChangeAfterWhichTheFolderCannotBeLookedAtWasMade() throws IOException {
        Path folder = folders(100);
        FolderNameCache reader = new FolderNameCache(calls, 1 << 20);
        assertThat(names(reader, folder)).isEqualTo(100);

        Path added =
                reader.change(
                        folder,
                        "new",
                        FolderNameCache.Kind.ADDS_FOLDER,
                        () -> {
                            Path made = Files.createDirectory(folder.resolve("new"));
                            calls.fail("attributes of /many");
                            return made;
                        });
        calls.repair();
        assertThat(added).isDirectory();
        assertThat(names(reader, folder)).isEqualTo(101);
    }

    private static int names(FolderNameCache reader, Path folder) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(folder, BasicFileAttributes.class);
        return reader.names(folder, attributes, "").count();
    }

    /** Each thread has names of its own, and finds them as it left them. */
    @ParameterizedTest
    @ValueSource(longs = {1L << 20, 8L << 10})
    void whatWasAcknowledgedIsListedAndWhatWasDeletedIsNot(long nameBytes) throws Exception {
        int threads = 8;
        Path folder = folders(500);
        DiskStore shared = store(calls, nameBytes);
        CyclicBarrier start = new CyclicBarrier(threads + 1);
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            tasks.add(
                    () -> {
                        start.await();
                        changeAndLook(shared, new Random(number), "build-1000" + number);
                        return true;
                    });
        }
        tasks.add(
                () -> {
                    start.await();
                    for (int i = 0; i < 40; i++) { // another process
                        Files.createDirectory(folder.resolve("theirs-" + i));
                        Thread.sleep(3);
                    }
                    return true;
                });
        try (ExecutorService executor = Executors.newFixedThreadPool(threads + 1)) {
            for (Future<Boolean> done : executor.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        }
        Thread.sleep(HIDDEN.plusMillis(100));
        assertThat(allIn(shared)).isEqualTo(plain(folder));
    }

    private static void changeAndLook(DiskStore shared, Random random, String prefix) {
        TreeSet<String> mine = new TreeSet<>();
        for (int step = 0; step < 150; step++) {
            String name = prefix + "-" + random.nextInt(30);
            if (random.nextInt(3) > 0) {
                shared.put(
                        key("many/" + name + "/x"),
                        bytes("x"),
                        Condition.always(),
                        Durability.HINT);
                mine.add("many/" + name + "/");
            } else {
                shared.delete(key("many/" + name + "/x"), Condition.always());
                mine.remove("many/" + name + "/");
            }
            Listing listed =
                    shared.list(new ListRequest("many/", "many/" + prefix + "-", true, 40));
            assertThat(
                            listed.keys().stream()
                                    .filter(entry -> entry.startsWith("many/" + prefix + "-"))
                                    .toList())
                    .containsExactlyElementsOf(mine);
        }
    }

    @Test
    void aFolderTooLargeToKeepIsListedInParts() throws IOException {
        Path folder = Files.createDirectory(root.resolve("many"));
        String[] ends = {"", "-", "-rc", ".0", "a", "_", "-rc.1", "+"};
        for (int i = 0; i < 1000; i++) {
            for (String end : ends) {
                Files.createDirectory(
                        folder.resolve("a-name-that-begins-like-the-others-" + i + end));
            }
        }
        DiskStore small = store(calls, 64 << 10);
        List<String> expected = plain(folder);
        calls.made();
        assertThat(allIn(small)).isEqualTo(expected);
        long readings = readings();
        assertThat(readings).isBetween(2L, 8_000 * 50 / FolderScan.PART + 2);

        for (boolean continued : new boolean[] {true, false}) {
            assertThat(paged(small, continued ? 97 : 1500, continued)).isEqualTo(expected);
        }
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            String after = expected.get(random.nextInt(expected.size()));
            after = after.substring(0, after.length() - random.nextInt(2));
            String from = after;
            assertThat(small.list(new ListRequest("many/", after, true, 30)).keys())
                    .isEqualTo(
                            expected.stream()
                                    .filter(e -> e.compareTo(from) > 0)
                                    .limit(30)
                                    .toList());
        }
    }

    private static List<String> paged(DiskStore store, int limit, boolean continued) {
        List<String> all = new ArrayList<>();
        Listing page = new Listing(List.of(), true);
        while (page.more()) {
            @Nullable String last = all.isEmpty() ? null : all.getLast();
            page =
                    store.list(
                            new ListRequest("many/", last, true, limit)
                                    .continuing(continued ? page.continuation() : null));
            all.addAll(page.keys());
            assertThat(all).doesNotHaveDuplicates();
        }
        return all;
    }

    @Test
    void namesTakeNoMoreThanTheyMay() throws IOException {
        long memory = 64 << 10;
        FolderNameCache reader = new FolderNameCache(calls, memory);
        for (int folder = 0; folder < 30; folder++) {
            Path path = Files.createDirectory(root.resolve("f" + folder));
            for (int i = 0; i < 70 * (1 + folder % 5); i++) {
                Files.createFile(path.resolve("a-name-of-some-length-" + i));
            }
            settle(path);
            SortedNames names = reader.names(path, calls.attributes(path), "");
            assertThat(names.count()).isEqualTo(70 * (1 + folder % 5));
            assertThat(reader.cachedBytes()).isLessThanOrEqualTo(memory / 2);
        }
        assertThat(reader.cachedBytes()).isGreaterThan(memory / 4);
    }

    /**
     * Sixty at once, in a folder that may not be kept: one of them at a time takes more than a few
     * names. Each that does waits until none of the others goes on.
     */
    @Test
    @Timeout(120)
    void ofManyWhoReadALargeFolderOneAtATimeHoldsMoreThanAFewNames() throws Exception {
        Path folder = folders(5_000);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        LargeReadings readings = new LargeReadings(threads);
        DiskStore small = store(readings, 64 << 10);
        List<String> expected = plain(folder);
        List<Callable<List<String>>> asking = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String after = expected.get(i * 80);
            asking.add(() -> small.list(new ListRequest("many/", after, true, 100)).keys());
        }
        try (ExecutorService executor =
                Executors.newFixedThreadPool(asking.size(), noting(threads))) {
            List<Future<List<String>>> answers = executor.invokeAll(asking);
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get())
                        .isEqualTo(expected.subList(i * 80 + 1, i * 80 + 101));
            }
        }
        assertThat(readings.most).hasValue(1);
        assertThat(readings.all).hasValueGreaterThan(30);
    }

    /** Counts those that are given more than a few names and are not closed yet. */
    private static final class LargeReadings extends SystemCalls {

        private final List<Thread> threads;
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger all = new AtomicInteger();

        private LargeReadings(List<Thread> threads) {
            this.threads = threads;
        }

        @Override
        @SuppressWarnings("StreamResourceLeak")
        public DirectoryStream<Path> children(Path folder) throws IOException {
            DirectoryStream<Path> children = super.children(folder);
            AtomicInteger given = new AtomicInteger();
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    Iterator<Path> paths = children.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return paths.hasNext();
                        }

                        @Override
                        public Path next() {
                            if (given.getAndIncrement() == FolderScan.FEW) {
                                begin();
                            }
                            return paths.next();
                        }
                    };
                }

                @Override
                public void close() throws IOException {
                    if (given.get() > FolderScan.FEW) {
                        now.decrementAndGet();
                    }
                    children.close();
                }
            };
        }

        private void begin() {
            all.incrementAndGet();
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                Eventually.await("the others wait or are as far", this::othersStand);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private boolean othersStand() {
            return most.get() > 1
                    || threads.stream()
                            .filter(thread -> !thread.equals(Thread.currentThread()))
                            .allMatch(thread -> thread.getState() == State.WAITING);
        }
    }

    private static ThreadFactory noting(List<Thread> threads) {
        return task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
        };
    }
}
