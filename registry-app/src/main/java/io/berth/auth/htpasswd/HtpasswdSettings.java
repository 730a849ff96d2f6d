package io.berth.auth.htpasswd;

import io.berth.setting.SettingChecks;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Users and passwords of a file ({@code auth.htpasswd}).
 *
 * @param realm what clients are told that they log in to; printable ASCII characters
 * @param path of the file, as {@code htpasswd} writes it
 */
public record HtpasswdSettings(String realm, Path path) {

    /**
     * @throws IllegalArgumentException when one of them is not set, or the realm has characters
     *     that a header cannot carry
     */
    public HtpasswdSettings(@Nullable String realm, @Nullable Path path) {
        this.realm = required(realm, "realm", "name what clients log in to, such as Registry");
        this.path =
                required(path, "path", "name the file with users and passwords")
                        // Not normalized: a link before ".." may lead elsewhere.
                        .toAbsolutePath();
        SettingChecks.require(
                this.realm.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                "auth.htpasswd.realm",
                this.realm,
                "text of printable ASCII characters");
    }

    private static <T> T required(@Nullable T value, String name, String advice) {
        SettingChecks.refuseIf(
                value == null,
                "auth.htpasswd."
                        + name
                        + " is not set, but auth.htpasswd is chosen, or settings of it are: "
                        + advice);
        return Objects.requireNonNull(value);
    }
}
