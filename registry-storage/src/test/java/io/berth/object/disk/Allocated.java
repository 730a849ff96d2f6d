package io.berth.object.disk;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much heap a thread has allocated, garbage included. */
public final class Allocated {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocated() {}

    /** Bytes that this thread has allocated so far. */
    public static long bytes() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }
}
