package io.berth.object.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.disk.file.SystemCalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Several processes on one folder, each played by a store of its own: they share nothing but the
 * files.
 */
class DiskProcessesTest extends DiskFixture {

    /** The results of {@code task}, run in a store each, all at once. */
    private <T> List<T> inProcesses(int count, ProcessTask<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        List<Callable<T>> callables = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            DiskStore own = new DiskStore(root, TEMPORARY);
            callables.add(
                    () -> {
                        start.await();
                        return task.run(own, number);
                    });
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(count)) {
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(callables)) {
                results.add(result.get());
            }
            return results;
        }
    }

    private interface ProcessTask<T> {
        T run(DiskStore store, int number) throws Exception;
    }

    @Test
    void exactlyOneCreates() throws Exception {
        for (int round = 0; round < 50; round++) {
            String key = "race/" + round + "/link";

            assertOneCreated(key, inProcesses(6, (own, number) -> create(own, key, number)));
        }
        assertNoTemporaryFile();
    }

    @Test
    void exactlyOneThreadCreatesWhereThereAreNoLinks() throws Exception {
        DiskStore withoutLinks =
                new DiskStore(
                        root,
                        TEMPORARY,
                        new SystemCalls() {
                            @Override
                            public Path link(Path file, Path name) {
                                throw new UnsupportedOperationException("no links here");
                            }
                        });
        for (int round = 0; round < 50; round++) {
            String key = "race/" + round + "/link";

            assertOneCreated(
                    key, inProcesses(6, (own, number) -> create(withoutLinks, key, number)));
        }
        assertNoTemporaryFile();
    }

    private static String create(DiskStore store, String key, int number) {
        String content = "by " + number;
        try {
            store.put(key(key), bytes(content), Condition.ifAbsent(), Durability.HINT);
            return content;
        } catch (PreconditionFailed e) {
            return "lost";
        }
    }

    private void assertOneCreated(String key, List<String> results) {
        assertThat(results).containsOnlyOnce(read(key));
        assertThat(results).filteredOn("lost"::equals).hasSize(results.size() - 1);
    }

    @Test
    void creatingWhileOthersRemoveTheSameFoldersNeverFails() throws Exception {
        inProcesses(
                4,
                (own, number) -> {
                    for (int i = 0; i < 300; i++) {
                        String key = "a/b/c/d/" + number;
                        createByTurns(own, key, i);
                        assertThat(content(own, key)).isEqualTo(key);
                        own.list(new ListRequest("a/", null, i % 2 == 0, 9));
                        own.delete(key(key), Condition.always());
                    }
                    return number;
                });

        assertThat(root.resolve("a")).doesNotExist();
        assertNoTemporaryFile();
    }

    /** By every way there is, in turn. */
    private static void createByTurns(DiskStore own, String key, int turn) {
        byte[] content = bytes(key);
        switch (turn % 4) {
            case 0 -> own.put(key(key), content, Condition.always(), Durability.DURABLE);
            case 1 -> own.put(key(key), content, Condition.ifAbsent(), Durability.HINT);
            case 2 -> {
                try (ObjectWriter writer = own.write(key(key))) {
                    writer.write(content, 0, content.length);
                    writer.publish(Durability.HINT, null);
                }
            }
            default -> {
                try (StagedObject staged = own.stage(key(key + "-staged"))) {
                    staged.append(content, 0, content.length);
                    staged.publish(key(key), Durability.HINT, null);
                }
            }
        }
    }

    private static String content(DiskStore own, String key) {
        return new String(own.read(key(key), 100), StandardCharsets.UTF_8);
    }
}
