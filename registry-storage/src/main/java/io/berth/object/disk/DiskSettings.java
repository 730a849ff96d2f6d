package io.berth.object.disk;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import java.nio.file.Path;

/**
 * A folder of this machine, for one process ({@code storage.filesystem}).
 *
 * @param rootDirectory created when it is not there
 * @param lockWait how long a start waits for another process that has the folder
 * @param caseInsensitive whether a folder is taken in which {@code A} and {@code a} are one file
 * @param minFree bytes on the disk below which no new upload is taken; 0: none
 */
public record DiskSettings(
        @DefaultValue(ROOT) Path rootDirectory,
        @DefaultValue(WAIT) GoDuration lockWait,
        @DefaultValue("false") boolean caseInsensitive,
        @DefaultValue(MIN_FREE) ByteSize minFree) {

    private static final String ROOT = "data";
    private static final String WAIT = "60s";
    private static final String MIN_FREE = "64MiB";

    public DiskSettings {
        rootDirectory = rootDirectory.toAbsolutePath().normalize();
    }

    /** Those of a registry for which no place is set. */
    public static DiskSettings defaults() {
        return new DiskSettings(Path.of(ROOT), GoDuration.of(WAIT), false, ByteSize.of(MIN_FREE));
    }
}
