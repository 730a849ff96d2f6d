package io.berth.object.s3.setting;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is said about each object that is written.
 *
 * @param encrypt whether the store is asked to encrypt what it keeps: with AES256, or with {@code
 *     keyId} by aws:kms
 * @param keyId the key of KMS to encrypt with; {@code null}: the store's own
 * @param storageClass sent with what is written
 * @param objectAcl sent with what is written
 * @param checksum which checksums are sent along
 */
public record WriteSettings(
        @DefaultValue("false") boolean encrypt,
        @Nullable String keyId,
        @DefaultValue("standard") StorageClass storageClass,
        @DefaultValue("private") ObjectAcl objectAcl,
        @DefaultValue("auto") Checksums checksum) {

    /** Amazon's storage classes, and {@code NONE}, as in distribution. */
    public enum StorageClass {
        /** The store decides; some know no classes and refuse the header. */
        NONE,
        STANDARD,
        REDUCED_REDUNDANCY,
        STANDARD_IA,
        ONEZONE_IA,
        INTELLIGENT_TIERING,
        OUTPOSTS,
        GLACIER_IR,
        EXPRESS_ONEZONE;

        /** As headers have it; {@code null}: no header is sent. */
        public @Nullable String header() {
            return this == NONE ? null : name();
        }
    }

    /** Who may do what with an object, as Amazon has it canned. */
    public enum ObjectAcl {
        /** None is sent, for stores that know none and refuse the header. */
        NONE,
        PRIVATE,
        PUBLIC_READ,
        PUBLIC_READ_WRITE,
        AUTHENTICATED_READ,
        AWS_EXEC_READ,
        BUCKET_OWNER_READ,
        BUCKET_OWNER_FULL_CONTROL;

        /** As headers have it; {@code null}: no header is sent. */
        public @Nullable String header() {
            return this == NONE ? null : toString();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Which checksums are sent against damage in transfer. */
    public enum Checksums {
        /** The SHA-256 of an object that is sent in one request, if the server compares it. */
        AUTO,
        /**
         * As {@link #AUTO}, and the SDK's own for each request and answer: for Amazon's servers.
         */
        ALWAYS,
        NEVER
    }

    public WriteSettings {
        keyId = S3Settings.presentOrNull(keyId);
        SettingChecks.refuseIf(
                keyId != null && !encrypt,
                "storage.s3.keyid names a key, but storage.s3.encrypt is not true, so that nothing"
                        + " would be encrypted with it: set both or none");
    }
}
