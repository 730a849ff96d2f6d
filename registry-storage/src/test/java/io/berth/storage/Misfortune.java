package io.berth.storage;

import io.berth.object.InterceptedStore.Call;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What befalls the requests of replicas to their store, drawn from a seed. Thread-safe. */
final class Misfortune {
    private final AtomicLong draws = new AtomicLong();
    private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
    volatile long seed;
    volatile boolean rests = true;
    volatile boolean onlyDelays;

    private int draw(int bound) {
        return new SplittableRandom(seed * 1_000_003 + draws.incrementAndGet()).nextInt(bound);
    }

    /**
     * @param killed of the replica: set when its end comes, and then nothing is carried out
     */
    void strikes(AtomicBoolean killed, Call call, boolean carriedOut) {
        if (rests) {
            return;
        }
        if (draw(16) == 0) {
            LockSupport.parkNanos(draw(200_000));
        }
        if (onlyDelays) {
            return;
        }
        int fate = draw(2_000);
        if (fate == 0) {
            killed.set(true);
        }
        if (killed.get() || fate < 12) {
            boolean changed = carriedOut && call.operation().isChange();
            throw changed
                    ? new ObjectStoreException.OutcomeUnknown(
                            ObjectKey.of("lost"), "answer lost", new IOException())
                    : new ObjectStoreException.Unavailable(call.key(), "SlowDown", null);
        }
    }

    /** The same store, but some writes get no answer and are carried out some time later. */
    ObjectStore late(ObjectStore store) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        ObjectStore.class.getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (proxy, method, arguments) -> lateOrNow(store, method, arguments));
    }

    private @Nullable Object lateOrNow(
            ObjectStore store, Method method, Object @Nullable [] arguments) throws Throwable {
        boolean write = method.getName().equals("put") || method.getName().equals("delete");
        if (!rests && !onlyDelays && draw(50) == 0) {
            carryOutOne();
        }
        if (write && !rests && !onlyDelays && draw(1_000) == 0) {
            late.add(() -> carryOut(store, method, arguments));
            throw new ObjectStoreException.OutcomeUnknown(
                    ObjectKey.of("late"), "no answer yet", new IOException());
        }
        try {
            return method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void carryOut(ObjectStore store, Method method, Object @Nullable [] arguments) {
        try {
            method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            // a condition that does not hold any more
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean carryOutOne() {
        Runnable write = late.poll();
        if (write != null) {
            write.run();
        }
        return write != null;
    }

    void rest() {
        rests = true;
        while (carryOutOne()) {
            // until nothing is under way
        }
    }
}
