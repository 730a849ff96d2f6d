package io.berth.config;

import io.berth.maintenance.UploadPurgeSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import io.berth.storage.index.OwnershipMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where content is kept, and what may happen to it.
 *
 * @param filesystem where it is kept; {@code null} exactly when it is kept in {@code s3}
 * @param s3 where it is kept; {@code null} exactly when it is kept in {@code filesystem}
 * @param ownership whether other registries write to the storage tree
 * @param replicas how many processes of Berth write to it
 */
public record StorageSettings(
        @Nullable Filesystem filesystem,
        @Nullable S3Settings s3,
        @DefaultValue Redirect redirect,
        @DefaultValue("auto") OwnershipMode ownership,
        @DefaultValue("auto") Replicas replicas,
        @DefaultValue Delete delete,
        @DefaultValue Tag tag,
        @DefaultValue Maintenance maintenance) {

    public StorageSettings {
        SettingChecks.refuseIf(
                filesystem != null && s3 != null,
                "storage.filesystem.rootdirectory and settings of storage.s3 are both set, but"
                        + " content is kept in one place: remove one of them");
        if (s3 == null && filesystem == null) {
            filesystem = new Filesystem(Path.of("data"), GoDuration.of("60s"), false);
        }
        SettingChecks.refuseIf(
                filesystem != null && replicas == Replicas.SEVERAL,
                "storage.replicas is several, but a folder is for one process: use storage.s3, or"
                        + " remove storage.replicas");
    }

    /** How many processes of Berth write to the storage tree. */
    public enum Replicas {
        /** Several in a bucket, one in a folder. */
        AUTO,
        /** One, ever: writes need not look for those of others. */
        ONE,
        SEVERAL
    }

    /** Whether other processes of Berth may write to the storage tree. */
    public boolean mayHaveReplicas() {
        return replicas == Replicas.SEVERAL || (replicas == Replicas.AUTO && s3 != null);
    }

    /**
     * A folder of this machine, for one process.
     *
     * @param rootDirectory created when it is not there
     * @param lockWait how long a start waits for another process that has the folder
     * @param caseInsensitive whether a folder is taken in which {@code A} and {@code a} are one
     *     file
     */
    public record Filesystem(
            @DefaultValue("data") Path rootDirectory,
            @DefaultValue("60s") GoDuration lockWait,
            @DefaultValue("false") boolean caseInsensitive) {

        public Filesystem {
            rootDirectory = rootDirectory.toAbsolutePath().normalize();
        }
    }

    /**
     * Whether clients are sent to a store that they can read from themselves.
     *
     * @param disable whether the registry hands them the bytes instead
     */
    public record Redirect(@DefaultValue("false") boolean disable) {}

    /** Whether clients may delete blobs, tags and manifests. */
    public record Delete(@DefaultValue("true") boolean enabled) {}

    /**
     * How tags are looked up.
     *
     * @param concurrencyLimit how many tags the delete of a manifest reads or removes at the same
     *     time; 0: as many as the machine has processors
     */
    public record Tag(@DefaultValue("0") int concurrencyLimit) {

        public Tag {
            SettingChecks.require(
                    concurrencyLimit >= 0 && concurrencyLimit <= 1000,
                    "storage.tag.concurrencylimit",
                    concurrencyLimit,
                    "a number from 0 to 1000");
        }
    }

    /** What happens to content without a client. */
    public record Maintenance(
            @DefaultValue ReadOnly readonly, @DefaultValue UploadPurgeSettings uploadPurging) {}

    /** Whether everything that writes is refused. */
    public record ReadOnly(@DefaultValue("false") boolean enabled) {}
}
