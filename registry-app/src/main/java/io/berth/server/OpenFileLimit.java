package io.berth.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The limit of files that this process may have open, connections included (ulimit -n). */
public final class OpenFileLimit {

    private OpenFileLimit() {}

    /**
     * Number of files; {@link Long#MAX_VALUE} where the system has no limit or does not report it.
     */
    public static long get() {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean unix) {
            long limit = unix.getMaxFileDescriptorCount();
            return limit > 0 ? limit : Long.MAX_VALUE; // no limit is -1
        }
        return Long.MAX_VALUE;
    }
}
