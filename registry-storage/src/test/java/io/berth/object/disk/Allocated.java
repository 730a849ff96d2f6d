package io.berth.object.disk;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a thread takes of the heap, whether or not it is garbage already. */
final class Allocated {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocated() {}

    /** Bytes that this thread has allocated so far. */
    static long bytes() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }
}
