package io.berth.stored;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that nobody waits for: one piece at a time, and each only once however often it is asked
 * for. What fails is logged and done when it is asked for again.
 */
final class Background {

    private static final Logger log = LoggerFactory.getLogger(Background.class);

    private final Set<Object> underWay = ConcurrentHashMap.newKeySet();
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * @param what two equal ones are the same work
     * @param name for the log
     */
    void run(Object what, String name, Runnable work) {
        if (!underWay.add(what)) {
            return;
        }
        boolean started = false;
        try {
            Thread.startVirtualThread(() -> runInTurn(what, name, work));
            started = true;
        } finally {
            if (!started) {
                underWay.remove(what);
            }
        }
    }

    /** An {@link Error} is a failure like others: the thread ends, and nobody is told otherwise. */
    private void runInTurn(Object what, String name, Runnable work) {
        turn.lock();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            log.warn("{} could not be indexed, which is tried again", name, e);
        } finally {
            turn.unlock();
            underWay.remove(what);
        }
    }
}
