package io.berth.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Files that the process may have open, connections included. */
public final class OpenFiles {

    private OpenFiles() {}

    /** {@link Long#MAX_VALUE} where the system has no limit, or does not say. */
    public static long most() {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof UnixOperatingSystemMXBean unix) {
            long most = unix.getMaxFileDescriptorCount();
            return most > 0 ? most : Long.MAX_VALUE; // no limit is -1
        }
        return Long.MAX_VALUE;
    }
}
