package io.berth.config;

import io.berth.maintenance.UploadPurgeSettings;
import io.berth.object.disk.DiskSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.policy.DeleteSettings;
import io.berth.policy.ReadOnlySettings;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import io.berth.storage.TagLookupSettings;
import io.berth.storage.index.OwnershipMode;
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
        @Nullable DiskSettings filesystem,
        @Nullable S3Settings s3,
        @DefaultValue Redirect redirect,
        @DefaultValue("auto") OwnershipMode ownership,
        @DefaultValue("auto") Replicas replicas,
        @DefaultValue DeleteSettings delete,
        @DefaultValue TagLookupSettings tag,
        @DefaultValue Maintenance maintenance) {

    public StorageSettings {
        SettingChecks.refuseIf(
                filesystem != null && s3 != null,
                "storage.filesystem.rootdirectory and settings of storage.s3 are both set, but"
                        + " content is kept in one place: remove one of them");
        if (s3 == null && filesystem == null) {
            filesystem = DiskSettings.defaults();
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
     * Whether clients are sent to a store that they can read from themselves.
     *
     * @param disable whether the registry hands them the bytes instead
     */
    public record Redirect(@DefaultValue("false") boolean disable) {}

    /** What happens to content without a client. */
    public record Maintenance(
            @DefaultValue ReadOnlySettings readonly,
            @DefaultValue UploadPurgeSettings uploadPurging) {}
}
