package io.berth.object.s3.setting;

import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import io.berth.setting.Unwrapped;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Amazon S3 or of a store that speaks its protocol. The constructors of this record and
 * of those in it throw {@link IllegalArgumentException} for values that cannot be right, with a
 * sentence for administrators.
 *
 * @param location which bucket it is, and where in it
 * @param credentials what requests are signed with
 * @param endpoint how the server is reached
 * @param writes what is said about each object that is written
 * @param multipart how large objects are written and copied
 * @param logLevel what is logged about requests to the store
 * @param spoolDirectory where bytes wait until they are enough for a part; {@code null}: with
 *     temporary files
 * @param spoolMinFree bytes on the disk of that folder below which no new upload is taken; 0: none
 */
public record S3Settings(
        @Unwrapped LocationSettings location,
        @Unwrapped CredentialSettings credentials,
        @Unwrapped EndpointSettings endpoint,
        @Unwrapped WriteSettings writes,
        @Unwrapped MultipartSettings multipart,
        @DefaultValue("off") LogLevel logLevel,
        @Nullable Path spoolDirectory,
        @DefaultValue("0") ByteSize spoolMinFree) {

    /** Names of distribution's. All but the first log the same: what is no secret. */
    public enum LogLevel {
        OFF,
        DEBUG,
        DEBUG_WITH_SIGNING,
        DEBUG_WITH_HTTP_BODY,
        DEBUG_WITH_REQUEST_RETRIES,
        DEBUG_WITH_REQUEST_ERRORS,
        DEBUG_WITH_EVENT_STREAM_BODY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace("_", "");
        }
    }

    /** What the names of all these settings begin with. */
    private static final String GROUP = "storage.s3.";

    public S3Settings {
        spoolDirectory =
                spoolDirectory == null || spoolDirectory.toString().isEmpty()
                        ? null
                        : spoolDirectory.toAbsolutePath().normalize();
    }

    /** Where bytes wait; that of temporary files where none is set. */
    public Path spoolFolder() {
        return spoolDirectory == null
                ? Path.of(System.getProperty("java.io.tmpdir"))
                : spoolDirectory;
    }

    /** Whether a line is logged for each request to the store. */
    public boolean logsRequests() {
        return logLevel != LogLevel.OFF;
    }

    /** {@code null} for a blank text: an empty variable sets nothing. */
    static @Nullable String presentOrNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    /**
     * @param name without that of the group
     */
    static void require(boolean right, String name, Object value, String expected) {
        SettingChecks.require(right, GROUP + name, value, expected);
    }

    static void requireNumber(String name, int number, int most) {
        require(number >= 1 && number <= most, name, number, "a number from 1 to " + most);
    }
}
