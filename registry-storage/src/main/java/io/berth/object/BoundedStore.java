package io.berth.object;

import io.berth.name.ByteRange;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A decorator that bounds the number of concurrent requests to a store. When the store hangs,
 * further requests fail after a short wait instead of holding all threads of the server. They fail
 * with {@link ObjectStoreException.Unavailable}, without a request to the store. Transfers of
 * bodies are not counted, because they wait for the client as well. Safe for use by many threads.
 */
public final class BoundedStore implements ObjectStore {

    private final ObjectStore store;
    private final Semaphore free;
    private final Duration maxWait;

    /**
     * @param limit number of concurrent requests to the store
     * @param maxWait how long a request beyond the limit waits for another one to end
     */
    public BoundedStore(ObjectStore store, int limit, Duration maxWait) {
        this.store = store;
        this.free = new Semaphore(limit);
        this.maxWait = maxWait;
    }

    private <T> T ask(String key, Supplier<T> question) {
        enter(key);
        try {
            return question.get();
        } finally {
            free.release();
        }
    }

    private void tell(String key, Runnable request) {
        enter(key);
        try {
            request.run();
        } finally {
            free.release();
        }
    }

    private void enter(String key) {
        try {
            if (free.tryAcquire() || free.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ObjectStoreException.Unavailable(
                key, "too many requests wait for the store; try again later", null);
    }

    @Override
    public boolean isRemote() {
        return store.isRemote();
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return ask(key.value(), () -> store.head(key));
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        return ask(key.value(), () -> store.read(key, limit));
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        return ask(key.value(), () -> store.get(key, limit));
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        return ask(key.value(), () -> store.open(key, range));
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        tell(key.value(), () -> store.put(key, content, condition, durability));
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        tell(key.value(), () -> store.delete(key, condition));
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        tell(name(keys), () -> store.deleteAll(keys));
    }

    @Override
    public void forget(Collection<ObjectKey> keys) {
        store.forget(keys);
    }

    @Override
    public Listing list(ListRequest request) {
        return ask(request.prefix(), () -> store.list(request));
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        return ask(key.value(), () -> store.write(key));
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        return ask(key.value(), () -> store.stage(key));
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        return ask(key.value(), () -> store.resume(key, state));
    }

    @Override
    public void dropUnfinished(String prefix, Instant before) {
        store.dropUnfinished(prefix, before);
    }

    @Override
    public void guardBy(ObjectKey sentinel, byte[] content) {
        store.guardBy(sentinel, content);
    }

    /** Not counted, so that a health check reaches the store while other requests wait. */
    @Override
    public void verify() {
        store.verify();
    }

    @Override
    public Optional<LocalFiles> localFiles() {
        return store.localFiles();
    }

    @Override
    public Optional<PresignedUrls> presignedUrls() {
        return store.presignedUrls();
    }

    private static String name(Collection<ObjectKey> keys) {
        return keys.isEmpty() ? "" : keys.iterator().next().value();
    }
}
