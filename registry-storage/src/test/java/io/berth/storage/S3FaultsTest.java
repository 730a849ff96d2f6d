package io.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.manifest.Manifest;
import io.berth.object.s3.FaultInjector;
import io.berth.object.s3.FaultInjector.Fault;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.TestBucket;
import io.berth.registry.Registry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * For every request that an operation sends to an S3 server: what if the server is too busy, if the
 * connection breaks before it arrives, if the answer is lost after it was carried out, if the
 * answer breaks off, or if the process dies there? Afterwards a fresh replica must show only whole
 * things, everything that was answered before, and a repetition must succeed.
 */
class S3FaultsTest {

    private static final int SIDE_BY_SIDE = 16;

    @TempDir static Path spool;

    @TestFactory
    Stream<DynamicTest> everyRequestOfEveryOperation() {
        return FaultScenario.underEach(Fault.values(), S3FaultsTest::attack);
    }

    /** Several requests at a time, each attacked in a tree of its own. */
    private static void attack(FaultScenario scenario, Fault fault) throws Exception {
        int requests = attackAt(scenario, fault, 0);
        assertThat(requests).isGreaterThan(1);
        try (ExecutorService executor = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<Integer>> attacks = new ArrayList<>();
            for (int i = 1; i <= requests; i++) {
                int request = i;
                attacks.add(executor.submit(() -> attackAt(scenario, fault, request)));
            }
            for (Future<Integer> attack : attacks) {
                assertThat(attack.get()).as("requests that were sent").isPositive();
            }
        }
    }

    /** How many requests the operation sent. */
    private static int attackAt(FaultScenario scenario, Fault fault, int request) throws Exception {
        TestBucket bucket = TestBucket.local(spool);
        String root = TestBucket.newRoot();
        Manifest bystander;
        try (S3Store store = bucket.open(root)) {
            bystander = scenario.prepared(registry(store));
        }
        FaultInjector faults = new FaultInjector(fault, request);
        boolean answered;
        int requests;
        try (S3Store store = bucket.open(root, faults)) {
            Registry attacked = registry(store);
            faults.start();
            answered = scenario.isAnswered(attacked, request);
            requests = faults.requests();
        }
        assertThat(answered || request > 0).as("answered when nothing is wrong").isTrue();
        try (S3Store store = bucket.open(root)) {
            scenario.requireSound(registry(store), answered, bystander);
        }
        return requests;
    }

    private static Registry registry(S3Store store) {
        return new StoredRegistry(
                store,
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)),
                Clock.systemUTC());
    }
}
