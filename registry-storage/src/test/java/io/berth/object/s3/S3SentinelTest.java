package io.berth.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.bucket.Sentinel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;

/** A bucket that is emptied or deleted, and proxies that answer in its place. */
class S3SentinelTest {

    private static final ObjectKey SENTINEL = ObjectKey.of("own/owner");

    @TempDir static Path spool;

    /** Answers in place of the server while it is told to. */
    private static final class Between extends WireTap {

        private final List<String> made = Collections.synchronizedList(new ArrayList<>());
        private volatile int status;
        private volatile boolean numbered;
        private volatile boolean headsOnly;

        void answers(int status, boolean numbered, boolean headsOnly) {
            this.numbered = numbered;
            this.headsOnly = headsOnly;
            this.status = status;
        }

        List<String> made() {
            List<String> result = List.copyOf(made);
            made.clear();
            return result;
        }

        @Override
        HttpExecuteResponse call(String operation, ExecutableHttpRequest request)
                throws IOException {
            made.add(operation);
            if (status == 0 || (headsOnly && !operation.equals("HeadObject"))) {
                return request.call();
            }
            byte[] page = "<html>not here</html>".getBytes(StandardCharsets.UTF_8);
            SdkHttpResponse.Builder answer =
                    SdkHttpResponse.builder()
                            .statusCode(status)
                            .putHeader("Content-Type", "text/html")
                            .putHeader("Content-Length", Integer.toString(page.length));
            if (numbered) {
                answer.putHeader("x-amz-request-id", "4711");
            }
            HttpExecuteResponse.Builder whole =
                    HttpExecuteResponse.builder().response(answer.build());
            if (!operation.equals("HeadObject")) {
                whole.responseBody(AbortableInputStream.create(new ByteArrayInputStream(page)));
            }
            return whole.build();
        }
    }

    private final Between wire = new Between();
    private final AtomicLong nanos = new AtomicLong();
    private final String root = TestBucket.newRoot();
    private TestBucket bucket;
    private S3Store store;

    @BeforeEach
    void open() {
        TestBucket shared = TestBucket.local(spool);
        bucket =
                new TestBucket(
                        shared.endpoint(),
                        "us-east-1",
                        "own" + root.toLowerCase(Locale.ROOT),
                        shared.accessKey(),
                        shared.secretKey(),
                        spool);
        bucket.create();
        store = S3Store.open(bucket.options(root).build(), S3Fixture.ALL, wire, nanos::get);
        put("own/owner", "me");
        put("a", "there");
        store.guardBy(SENTINEL, S3Fixture.bytes("me"));
        wire.made();
    }

    @AfterEach
    void close() {
        wire.answers(0, false, false);
        store.close();
    }

    private void put(String key, String content) {
        store.put(
                ObjectKey.of(key),
                S3Fixture.bytes(content),
                Condition.always(),
                Durability.DURABLE);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos() + 1);
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(Unavailable.class);
    }

    private void assertAbsent(String key) {
        assertThatThrownBy(() -> store.head(ObjectKey.of(key))).isInstanceOf(NotFound.class);
    }

    @Test
    void aBucketThatWasDeleted() {
        for (String key : bucket.keys("")) {
            bucket.as(
                    client -> client.deleteObject(delete -> delete.bucket(bucket.name()).key(key)));
        }
        bucket.as(client -> client.deleteBucket(delete -> delete.bucket(bucket.name())));
        pass(Sentinel.ABSENCE);

        assertUnavailable(() -> store.head(ObjectKey.of("a")));
        assertUnavailable(() -> store.read(ObjectKey.of("a"), 10));
        assertUnavailable(() -> store.open(ObjectKey.of("a"), ByteRange.all(1)));
        assertUnavailable(() -> store.list(new ListRequest("", null, false, 10)));
        assertUnavailable(() -> put("b", "new"));
        assertUnavailable(() -> store.verify());
    }

    @Test
    void aBucketThatWasEmptiedIsNotedByTheNextLookAndThenTrustedNoMore() {
        for (String key : bucket.keys("")) {
            bucket.as(
                    client -> client.deleteObject(delete -> delete.bucket(bucket.name()).key(key)));
        }

        assertUnavailable(() -> store.verify());

        assertUnavailable(() -> store.head(ObjectKey.of("a")));
        assertUnavailable(() -> put("b", "new"));
        assertThat(bucket.keys("")).isEmpty();
    }

    @Test
    void aProxyThatAnswers404InItsPlaceIsNeverBelieved() {
        wire.answers(404, false, false);

        assertUnavailable(() -> store.head(ObjectKey.of("a")));
        assertUnavailable(() -> store.read(ObjectKey.of("a"), 10));
        assertUnavailable(() -> store.open(ObjectKey.of("a"), ByteRange.all(1)));
        assertUnavailable(() -> store.list(new ListRequest("", null, false, 10)));
        assertUnavailable(() -> store.verify());
    }

    @Test
    void aProxyThatAnswersOnlyHeadsIsNotBelievedEither() {
        wire.answers(404, false, true);

        assertUnavailable(() -> store.head(ObjectKey.of("a")));
        assertAbsent("x");
    }

    @Test
    void aProxyThatForbidsIsNoAbsence() {
        wire.answers(403, false, false);

        assertUnavailable(() -> store.head(ObjectKey.of("a")));
        assertUnavailable(() -> store.read(ObjectKey.of("a"), 10));
        assertUnavailable(() -> store.verify());
    }

    @Test
    void a404WithANumberIsBelievedWhileTheSentinelIs() {
        wire.answers(404, true, true);

        assertAbsent("x");

        wire.answers(404, true, false);
        pass(Sentinel.ABSENCE);
        assertUnavailable(() -> store.head(ObjectKey.of("x")));
    }

    @Test
    void whatItCosts() {
        wire.answers(404, true, true);
        assertAbsent("x");
        assertThat(wire.made()).containsExactly("HeadObject");
        pass(Sentinel.ABSENCE);
        assertAbsent("x");
        assertAbsent("y");
        assertThat(wire.made()).containsExactly("HeadObject", "GetObject", "HeadObject");
        put("b", "new");
        assertThat(wire.made()).containsExactly("PutObject");
        pass(Sentinel.WRITE);
        store.read(ObjectKey.of("a"), 10);
        assertThat(wire.made()).containsExactly("GetObject");
        put("b", "new");
        put("c", "new");
        assertThat(wire.made()).containsExactly("GetObject", "PutObject", "PutObject");
        pass(Sentinel.WRITE.minusSeconds(5));
        store.verify();
        pass(Sentinel.WRITE.minusSeconds(5));
        wire.made();
        put("c", "new");
        assertThat(wire.made()).containsExactly("PutObject");
    }

    @Test
    void aBurstSharesOneLook() throws Exception {
        wire.answers(404, true, true);
        CountDownLatch start = new CountDownLatch(1);
        pass(Sentinel.ABSENCE);
        int count = 32;
        try (ExecutorService executor = Executors.newFixedThreadPool(count)) {
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                asked.add(
                        executor.submit(
                                () -> {
                                    start.await();
                                    assertAbsent("x");
                                    return true;
                                }));
            }
            start.countDown();
            for (Future<?> one : asked) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
        // Time stands still: one look serves all who ask while it is under way, and all after it.
        assertThat(wire.made()).filteredOn("GetObject"::equals).hasSizeLessThanOrEqualTo(2);
    }
}
