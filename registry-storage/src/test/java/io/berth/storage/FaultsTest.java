package io.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.manifest.Manifest;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.storage.index.OwnershipMode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * For every request to the store in every operation: what if it fails, if its answer is lost after
 * it was carried out, if an {@link Error} is thrown, or if the process dies there? Afterwards a
 * fresh registry on the same store must show only whole things, everything that was answered
 * before, and a repetition must succeed.
 */
class FaultsTest {

    /** How the store misbehaves at one request. */
    private enum Fault {
        /** The request does not arrive. */
        FAILS,
        /** It is carried out, but the answer is lost. */
        ANSWER_LOST,
        /** It is not carried out, and nothing after it either. */
        DIES_BEFORE,
        /** It is carried out, and nothing after it. */
        DIES_AFTER,
        /** The virtual machine runs out of something, in whichever thread the request is made. */
        ERROR
    }

    @TestFactory
    Stream<DynamicTest> everyRequestOfEveryOperation() {
        return underEachFault(StoredRegistryOptions.defaults());
    }

    /** Where several requests of one operation are under way in several threads. */
    @TestFactory
    Stream<DynamicTest> everyRequestOfEveryOperationAmongReplicas() {
        return underEachFault(
                StoredRegistryOptions.defaults().amongReplicas(Duration.ofSeconds(10)));
    }

    @TestFactory
    Stream<DynamicTest> everyRequestOfEveryOperationInASharedTree() {
        return underEachFault(
                StoredRegistryOptions.defaults()
                        .amongReplicas(Duration.ofSeconds(10))
                        .with(OwnershipMode.SHARED));
    }

    private static Stream<DynamicTest> underEachFault(StoredRegistryOptions options) {
        return FaultScenario.underEach(
                Fault.values(), (scenario, fault) -> attack(options, scenario, fault));
    }

    private static void attack(StoredRegistryOptions options, FaultScenario scenario, Fault fault)
            throws IOException {
        int requests = 0;
        boolean reached = true;
        while (reached) {
            requests++;
            assertThat(requests).as("it goes on for ever").isLessThan(1000);
            reached = attackAt(options, scenario, fault, requests);
        }
        assertThat(requests).as("requests tried").isGreaterThan(2);
    }

    /** Whether the operation made that many requests. */
    private static boolean attackAt(
            StoredRegistryOptions options, FaultScenario scenario, Fault fault, int request)
            throws IOException {
        MemoryStore store = new MemoryStore(options.replicas());
        Manifest bystander = scenario.prepared(open(options, store));
        Saboteur saboteur = new Saboteur(fault, request);
        Registry attacked = open(options, new InterceptedStore(store, saboteur));
        saboteur.start();
        boolean answered = scenario.isAnswered(attacked, request);

        scenario.requireSound(open(options, store), answered, bystander);
        return saboteur.hasStruck();
    }

    private static Registry open(StoredRegistryOptions options, ObjectStore store) {
        return new StoredRegistry(store, options, Clock.systemUTC());
    }

    /** Strikes at one request, counted from its start. */
    private static final class Saboteur implements InterceptedStore.Interceptor {

        private final Fault fault;
        private int left;
        private boolean started;
        private boolean struck;

        /** Whose request is the one; others may be under way at the same time. */
        private @Nullable Thread victim;

        Saboteur(Fault fault, int request) {
            this.fault = fault;
            this.left = request;
        }

        synchronized void start() {
            started = true;
        }

        synchronized boolean hasStruck() {
            return struck;
        }

        @Override
        public synchronized void before(Call call) {
            if (!started) {
                return;
            }
            boolean dead = struck && (fault == Fault.DIES_BEFORE || fault == Fault.DIES_AFTER);
            left--;
            if (left == 0) {
                victim = Thread.currentThread();
            }
            if (left == 0 && fault == Fault.ERROR) {
                struck = true;
                throw new FaultScenario.SimulatedError();
            }
            boolean now = left == 0 && (fault == Fault.FAILS || fault == Fault.DIES_BEFORE);
            if (dead || now) {
                struck = true;
                throw new ObjectStoreException.Unavailable(call.key(), "sabotage", null);
            }
        }

        @Override
        public synchronized void after(Call call) {
            if (victim == Thread.currentThread() && !struck) {
                struck = true;
                throw call.operation().isChange()
                        ? new ObjectStoreException.OutcomeUnknown(
                                ObjectKey.of("sabotage"), "sabotage", new IOException("lost"))
                        : new ObjectStoreException.Unavailable(call.key(), "sabotage", null);
            }
        }
    }
}
