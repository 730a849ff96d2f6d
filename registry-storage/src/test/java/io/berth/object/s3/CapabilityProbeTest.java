package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.Eventually;
import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Capabilities.Trial;
import io.berth.object.s3.bucket.S3SetupException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/** A server that is busy, or whose answers are lost, during the probe. */
class CapabilityProbeTest {

    private static final Duration MOMENT = Duration.ofMillis(200);

    @TempDir static Path spool;

    private final TestBucket bucket = TestBucket.local(spool);
    private final String root = TestBucket.newRoot();

    /** Makes the first requests of some operations fail. */
    private static final class Failing extends WireTap {

        private enum How {
            BUSY,
            ANSWER_LOST,
            BROKEN
        }

        private final Predicate<String> operations;
        private final How how;
        private int left;

        Failing(Predicate<String> operations, How how, int times) {
            this.operations = operations;
            this.how = how;
            this.left = times;
        }

        synchronized void repair() {
            left = 0;
        }

        private synchronized boolean strikes(String operation) {
            if (left > 0 && operations.test(operation)) {
                left--;
                return true;
            }
            return false;
        }

        @Override
        HttpExecuteResponse call(String operation, ExecutableHttpRequest request)
                throws IOException {
            if (!strikes(operation)) {
                return request.call();
            }
            return switch (how) {
                case BUSY -> answer(503, "SlowDown");
                case BROKEN -> answer(500, "InternalError");
                case ANSWER_LOST -> {
                    HttpExecuteResponse answer = request.call();
                    if (answer.responseBody().isPresent()) {
                        answer.responseBody().get().abort();
                    }
                    throw new SocketException("Connection reset");
                }
            };
        }
    }

    private S3Store open(WireTap wire) {
        return S3Store.open(bucket.options(root).build(), TestBucket.PROBES, wire, MOMENT);
    }

    private S3Capabilities undisturbed() {
        return bucket.capabilities();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PutObject",
                "DeleteObject",
                "GetObject",
                "CreateMultipartUpload",
                "UploadPart",
                "CompleteMultipartUpload",
                "AbortMultipartUpload",
                "CopyObject",
                "ListObjectsV2",
                "DeleteObjects"
            })
    void someSlowDownsChangeNothing(String operation) {
        for (Failing.How how : new Failing.How[] {Failing.How.BUSY, Failing.How.ANSWER_LOST}) {
            try (S3Store store = open(new Failing(operation::equals, how, 2))) {
                assertThat(store.capabilities())
                        .as("%s %s", operation, how)
                        .isEqualTo(undisturbed());
            }
        }
        assertThat(bucket.keys(root)).isEmpty();
    }

    /** Some servers also list files of writes that are under way. */
    @Test
    void whatElseAServerListsDoesNotMatter() {
        AtomicInteger added = new AtomicInteger();
        WireTap wire =
                new WireTap() {
                    @Override
                    HttpExecuteResponse call(String operation, ExecutableHttpRequest request)
                            throws IOException {
                        if (operation.equals("ListObjectsV2")) {
                            bucket.keys(root).stream()
                                    .filter(key -> key.endsWith("/listed/a-"))
                                    .peek(key -> added.incrementAndGet())
                                    .forEach(key -> bucket.putEmpty(key + "-under-way"));
                        }
                        return request.call();
                    }
                };
        try (S3Store store = open(wire)) {
            assertThat(store.capabilities()).isEqualTo(undisturbed());
        }
        assertThat(added).hasPositiveValue();
        bucket.remove(root);
    }

    @Test
    void whatIsNotKnownIsTriedAgainInTheBackground() throws Exception {
        Failing wire = new Failing("CopyObject"::equals, Failing.How.BUSY, Integer.MAX_VALUE);
        try (S3Store store = open(wire)) {
            assertThat(store.capabilities().unclear()).containsExactly(Trial.COPY);
            assertThat(store.capabilities().failed()).isEmpty();
            assertThat(store.capabilities().toString()).endsWith("; not known yet: [copy]");

            wire.repair();

            Eventually.await(
                    "everything is known", () -> store.capabilities().equals(undisturbed()));
        }
    }

    @Test
    void aServerThatIsAlwaysBusyIsSaidToBe() {
        Failing wire = new Failing(operation -> true, Failing.How.BUSY, Integer.MAX_VALUE);

        assertThatThrownBy(() -> open(wire))
                .isInstanceOf(S3SetupException.class)
                .hasMessageContaining("is too busy, or fails: SlowDown (status 503).")
                .hasMessageContaining("Start again");
    }

    /** The condition is sent, but not relied upon; it is not sent if the server fails at it. */
    @Test
    void whatIsNotKnownIsDoneInTwoStepsWithTheConditionAsWell() {
        FaultyWire wire = new FaultyWire();
        S3Capabilities unknown = S3Capabilities.UNKNOWN;
        try (S3Store store = S3Store.open(bucket.options(root).build(), unknown, wire)) {
            ObjectKey key = ObjectKey.of("a");
            byte[] one = S3Fixture.bytes("one");
            byte[] two = S3Fixture.bytes("two");
            store.put(key, one, Condition.ifAbsent(), Durability.DURABLE);
            assertThat(wire.made()).containsExactly("HeadObject", "PutObject");
            store.put(key, two, Condition.ifContent(one), Durability.DURABLE);
            assertThat(wire.made()).containsExactly("GetObject", "PutObject");
            assertThat(store.read(key, 10)).isEqualTo(two);
        }
        for (Ability ability :
                new Ability[] {Ability.CREATE_IF_ABSENT, Ability.REPLACE_IF_UNCHANGED}) {
            assertThat(unknown.mayHave(ability)).isTrue();
            assertThat(unknown.has(ability)).isFalse();
        }
        S3Capabilities broken = unknown.withFailure(Trial.CREATE);
        assertThat(broken.mayHave(Ability.CREATE_IF_ABSENT)).isFalse();
        assertThat(broken.with(Trial.CREATE, Set.of()).failed()).isEmpty();
    }

    @Test
    void whatTheServerFailsAtIsKeptApart() {
        Failing wire = new Failing("CopyObject"::equals, Failing.How.BROKEN, Integer.MAX_VALUE);
        try (S3Store store = open(wire)) {
            assertThat(store.capabilities().unclear()).containsExactly(Trial.COPY);
            assertThat(store.capabilities().failed()).containsExactly(Trial.COPY);
        }
    }
}
