package io.berth.storage;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A PATCH whose body comes as the test says: in pieces, with pauses, never to its end. */
final class HeldRequest implements AutoCloseable {

    private static final long SECONDS = 120;

    private final Body body = new Body();
    private final FutureTask<Long> append;

    /**
     * @param offset where the body belongs; negative: not said
     */
    HeldRequest(Registry registry, RepositoryName repository, UploadId id, long offset) {
        append =
                new FutureTask<>(
                        () -> {
                            try (Upload upload = registry.resumeUpload(repository, id, null)) {
                                return upload.append(
                                        new UploadChunk(
                                                body,
                                                offset < 0
                                                        ? OptionalLong.empty()
                                                        : OptionalLong.of(offset),
                                                OptionalLong.empty()));
                            }
                        });
        Thread.ofVirtual().start(append);
    }

    /** Sends bytes and waits until they are taken, or nobody takes any more. */
    HeldRequest send(byte[] bytes) throws InterruptedException {
        body.add(bytes);
        body.awaitTaken(append);
        return this;
    }

    /** The body ends as it should. */
    void end() {
        body.end(null);
    }

    /** The connection breaks. */
    void breakOff() {
        body.end(new IOException("the connection broke"));
    }

    boolean isDone() {
        return append.isDone();
    }

    /**
     * Waits for the answer.
     *
     * @return what it was refused with; empty: it was accepted
     */
    Optional<ErrorCode> refusal() throws Exception {
        try {
            append.get(SECONDS, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RegistryException refused) {
                return Optional.of(refused.code());
            }
            throw e;
        }
    }

    @Override
    public void close() {
        breakOff();
    }

    private static final class Body extends InputStream {

        private final Deque<Byte> bytes = new ArrayDeque<>();
        private boolean ended;
        private @Nullable IOException failure;
        private boolean waiting;

        synchronized void add(byte[] more) {
            waiting = false;
            for (byte one : more) {
                bytes.add(one);
            }
            notifyAll();
        }

        synchronized void end(@Nullable IOException reason) {
            if (!ended) {
                ended = true;
                failure = reason;
            }
            notifyAll();
        }

        synchronized void awaitTaken(FutureTask<?> append) throws InterruptedException {
            while (!waiting && !append.isDone()) {
                wait(10);
            }
        }

        @Override
        public synchronized int available() {
            return bytes.size();
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                while (bytes.isEmpty() && !ended) {
                    waiting = true;
                    notifyAll();
                    wait();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (bytes.isEmpty() && failure != null) {
                throw failure;
            }
            int count = 0;
            while (count < length && !bytes.isEmpty()) {
                buffer[offset + count++] = bytes.remove();
            }
            return count == 0 ? -1 : count;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }
    }
}
