package io.berth.access;

import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * Binds callers to threads, for the web layer, the workers of {@code io.berth.concurrent}, and
 * schedules. All others read {@link Caller#current()}. A binding ends with the call that made it,
 * also when that throws.
 */
public final class CallerScope {

    private static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();

    private CallerScope() {}

    /**
     * Does something as a caller, in this thread.
     *
     * @throws X what the action throws
     */
    public static <T, X extends Throwable> T call(
            Caller caller, ScopedValue.CallableOp<T, X> action) throws X {
        return ScopedValue.where(CURRENT, caller).call(action);
    }

    /** Does something as a caller, in this thread. */
    public static void run(Caller caller, Runnable action) {
        ScopedValue.where(CURRENT, caller).run(action);
    }

    /**
     * The same work for another thread, done as the caller of this one. Where none is bound, none
     * will be.
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
