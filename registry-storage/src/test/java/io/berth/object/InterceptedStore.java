package io.berth.object;

import io.berth.name.ByteRange;
import io.berth.name.Digest;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store with somebody looking over its shoulder: every request is shown before it is made
 * and after it was, and either hook may throw instead. Throwing before is a request that never
 * arrived; throwing after a write is an answer that was lost.
 */
public class InterceptedStore implements ObjectStore {

    /** What is asked of a store. */
    public enum Operation {
        HEAD,
        READ,
        OPEN,
        PUT,
        DELETE,
        DELETE_ALL,
        FORGET,
        LIST,
        WRITE,
        WRITE_PUBLISH,
        STAGE,
        RESUME,
        STAGED_APPEND,
        STAGED_KEEP,
        STAGED_READ,
        STAGED_PUBLISH,
        STAGED_DISCARD,
        DROP_UNFINISHED,
        VERIFY;

        /** Whether it may change what is stored. */
        public boolean isChange() {
            return switch (this) {
                case PUT,
                        DELETE,
                        DELETE_ALL,
                        FORGET,
                        WRITE_PUBLISH,
                        STAGED_APPEND,
                        STAGED_KEEP,
                        STAGED_PUBLISH,
                        STAGED_DISCARD ->
                        true;
                default -> false;
            };
        }
    }

    /** One request. */
    public record Call(Operation operation, String key) {}

    /** Looks over the store's shoulder; thread-safe. */
    public interface Interceptor {

        default void before(Call call) {}

        default void after(Call call) {}
    }

    private final ObjectStore next;
    private final Interceptor interceptor;

    public InterceptedStore(ObjectStore next, Interceptor interceptor) {
        this.next = next;
        this.interceptor = interceptor;
    }

    /** The same store, which says of itself that it is across a network. */
    public static ObjectStore remote(ObjectStore store) {
        return new InterceptedStore(store, new Interceptor() {}) {
            @Override
            public boolean isRemote() {
                return true;
            }
        };
    }

    @Override
    public boolean isRemote() {
        return next.isRemote();
    }

    private <T> T shown(Operation operation, String key, Supplier<T> request) {
        Call call = new Call(operation, key);
        interceptor.before(call);
        T answer = request.get();
        interceptor.after(call);
        return answer;
    }

    private void shown(Operation operation, String key, Runnable request) {
        this.<Boolean>shown(
                operation,
                key,
                () -> {
                    request.run();
                    return true;
                });
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return shown(Operation.HEAD, key.value(), () -> next.head(key));
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        return shown(Operation.READ, key.value(), () -> next.read(key, limit));
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        return shown(Operation.READ, key.value(), () -> next.get(key, limit));
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        return shown(Operation.OPEN, key.value(), () -> next.open(key, range));
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        shown(Operation.PUT, key.value(), () -> next.put(key, content, condition, durability));
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        shown(Operation.DELETE, key.value(), () -> next.delete(key, condition));
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        shown(Operation.DELETE_ALL, keys.toString(), () -> next.deleteAll(keys));
    }

    /** Never throws, whatever the interceptor says: it is not carried out instead. */
    @Override
    public void forget(Collection<ObjectKey> keys) {
        try {
            shown(Operation.FORGET, keys.toString(), () -> next.forget(keys));
        } catch (ObjectStoreException e) {
            // garbage
        }
    }

    @Override
    public Listing list(ListRequest request) {
        return shown(Operation.LIST, request.prefix(), () -> next.list(request));
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        ObjectWriter writer = shown(Operation.WRITE, key.value(), () -> next.write(key));
        return new ObjectWriter() {
            @Override
            public void write(byte[] buffer, int offset, int length) {
                writer.write(buffer, offset, length);
            }

            @Override
            public void publish(Durability durability, @Nullable Digest content) {
                shown(
                        Operation.WRITE_PUBLISH,
                        key.value(),
                        () -> writer.publish(durability, content));
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    @Override
    public StagedObject stage(ObjectKey key) {
        return staged(key, shown(Operation.STAGE, key.value(), () -> next.stage(key)));
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        return staged(key, shown(Operation.RESUME, key.value(), () -> next.resume(key, state)));
    }

    @Override
    public void dropUnfinished(String prefix, Instant before) {
        shown(Operation.DROP_UNFINISHED, prefix, () -> next.dropUnfinished(prefix, before));
    }

    /** Not a request. */
    @Override
    public void guardBy(ObjectKey sentinel, byte[] content) {
        next.guardBy(sentinel, content);
    }

    @Override
    public void verify() {
        shown(Operation.VERIFY, "", next::verify);
    }

    @Override
    public Optional<PresignedUrls> presignedUrls() {
        return next.presignedUrls();
    }

    @Override
    public Optional<LocalFiles> localFiles() {
        return next.localFiles();
    }

    private StagedObject staged(ObjectKey key, StagedObject staged) {
        return new StagedObject() {
            private boolean published;

            @Override
            public long size() {
                return staged.size();
            }

            @Override
            public void append(byte[] buffer, int offset, int length) {
                shown(
                        Operation.STAGED_APPEND,
                        key.value(),
                        () -> staged.append(buffer, offset, length));
            }

            @Override
            public void keep() {
                shown(Operation.STAGED_KEEP, key.value(), staged::keep);
            }

            @Override
            public String state() {
                return staged.state();
            }

            @Override
            public void truncate(long size) {
                staged.truncate(size);
            }

            @Override
            public InputStream read() {
                return shown(Operation.STAGED_READ, key.value(), staged::read);
            }

            @Override
            public void publish(ObjectKey target, Durability durability, @Nullable Digest content) {
                shown(
                        Operation.STAGED_PUBLISH,
                        target.value(),
                        () -> staged.publish(target, durability, content));
                published = true;
            }

            /** No request where the bytes were published: they are forgotten at most. */
            @Override
            public void discard() {
                if (published) {
                    staged.discard();
                    return;
                }
                shown(Operation.STAGED_DISCARD, key.value(), staged::discard);
            }

            @Override
            public void close() {
                staged.close();
            }
        };
    }
}
