package io.berth.access;

import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * Binds callers to threads, for the web layer, the workers of {@code io.berth.concurrent}, and
 * schedules. All other classes only read {@link Caller#current()}. A binding ends when the call
 * that made it returns or throws.
 */
public final class CallerScope {

    private static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();

    private CallerScope() {}

    /**
     * Runs an action in this thread, as a caller.
     *
     * @throws X what the action throws
     */
    public static <T, X extends Throwable> T call(
            Caller caller, ScopedValue.CallableOp<T, X> action) throws X {
        return ScopedValue.where(CURRENT, caller).call(action);
    }

    /** Runs an action in this thread, as a caller. */
    public static void run(Caller caller, Runnable action) {
        ScopedValue.where(CURRENT, caller).run(action);
    }

    /**
     * Wraps work for another thread, so that it runs as the caller of this thread. If this thread
     * has no caller, the work is returned unchanged.
     */
    public static Runnable inherited(Runnable work) {
        if (!CURRENT.isBound()) {
            return work;
        }
        Caller caller = CURRENT.get();
        return () -> run(caller, work);
    }

    /** As {@link #inherited(Runnable)}, for work with a result. */
    public static <T> Supplier<T> inherited(Supplier<T> work) {
        if (!CURRENT.isBound()) {
            return work;
        }
        Caller caller = CURRENT.get();
        return () -> call(caller, work::get);
    }

    static Caller current() {
        if (!CURRENT.isBound()) {
            throw new NoSuchElementException("no caller is bound to this thread");
        }
        return CURRENT.get();
    }
}
