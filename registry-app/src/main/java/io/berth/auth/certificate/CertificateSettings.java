package io.berth.auth.certificate;

import io.berth.setting.SettingChecks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names from certificates of clients ({@code auth.certificate}).
 *
 * @param name the part of a certificate that is the name of the user
 * @param groups the part that has the groups; {@code null}: none has
 */
public record CertificateSettings(NamePart name, @Nullable GroupPart groups) {

    /** A part of a certificate that can be a name. */
    public enum NamePart {
        /** The common name of the subject. */
        COMMON_NAME,
        /** The alternative name that is a URI, as in SPIFFE. */
        URI,
        /** The alternative name that is a host name. */
        DNS,
        /** The alternative name that is an address for mail. */
        EMAIL
    }

    /** A part of the subject that can have groups. */
    public enum GroupPart {
        ORGANIZATION,
        ORGANIZATIONAL_UNIT
    }

    /**
     * @throws IllegalArgumentException when the name is not set
     */
    public CertificateSettings(@Nullable NamePart name, @Nullable GroupPart groups) {
        SettingChecks.refuseIf(
                name == null,
                "auth.certificate.name is not set, but auth.certificate is chosen, or settings of"
                        + " it are: say which part of a certificate is the name, such as"
                        + " commonname");
        this.name = Objects.requireNonNull(name);
        this.groups = groups;
    }
}
