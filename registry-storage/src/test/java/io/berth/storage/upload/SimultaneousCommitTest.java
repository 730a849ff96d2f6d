package io.berth.storage.upload;

import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Eventually;
import io.berth.object.InterceptedStore;
import io.berth.object.InterceptedStore.Call;
import io.berth.object.InterceptedStore.Interceptor;
import io.berth.object.InterceptedStore.Operation;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Two requests finish one session, as a client does that tries again too early. */
@Timeout(120)
class SimultaneousCommitTest {

    private static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    private static final byte[] CONTENT = random(1, 100_000);

    private final Logger logger = (Logger) LoggerFactory.getLogger(StoredUpload.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.WARN);
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(logged);
        logger.setLevel(null);
    }

    private static UploadId staged(Registry registry) throws Exception {
        try (Upload upload = registry.startUpload(REPOSITORY)) {
            upload.append(chunk(CONTENT));
            return upload.id();
        }
    }

    private static boolean isLink(Call call) {
        return call.operation() == Operation.PUT && call.key().contains("_layers");
    }

    @Test
    void thatTheOtherOneHasEndedTheSessionIsNoFailure() throws Exception {
        CountDownLatch firstLinks = new CountDownLatch(1);
        CountDownLatch secondLinks = new CountDownLatch(1);
        AtomicBoolean isSecond = new AtomicBoolean();
        Interceptor together =
                new Interceptor() {
                    @Override
                    public void before(Call call) {
                        if (!isLink(call)) {
                            return;
                        }
                        if (isSecond.getAndSet(true)) {
                            secondLinks.countDown();
                        } else {
                            firstLinks.countDown();
                            Eventually.await(secondLinks);
                        }
                    }
                };
        Registry registry = registry(together);
        UploadId id = staged(registry);
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
                Upload first = registry.resumeUpload(REPOSITORY, id, null);
                Upload second = registry.resumeUpload(REPOSITORY, id, null)) {
            Future<?> done =
                    others.submit(() -> first.commit(sha256(CONTENT), UploadChunk.empty()));
            Eventually.await(firstLinks);
            second.commit(sha256(CONTENT), UploadChunk.empty());
            done.get();
        }
        assertThat(registry.blob(REPOSITORY, sha256(CONTENT)).descriptor().size())
                .isEqualTo(CONTENT.length);
        assertThat(logged.list).isEmpty();
    }

    private static Registry registry(Interceptor interceptor) {
        return new StoredRegistry(
                new InterceptedStore(new MemoryStore(), interceptor),
                StoredRegistryOptions.defaults(),
                Clock.systemUTC());
    }
}
