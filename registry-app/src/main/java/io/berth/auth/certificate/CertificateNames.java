package io.berth.auth.certificate;

import io.berth.access.Identity;
import io.berth.auth.certificate.CertificateSettings.GroupPart;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Reads the name and the groups of a certificate. Immutable. */
final class CertificateNames {

    // Kinds of alternative names (RFC 5280, section 4.2.1.6).
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;

    private final CertificateSettings settings;

    CertificateNames(CertificateSettings settings) {
        this.settings = settings;
    }

    /** Empty when the certificate does not have exactly one name, or cannot be read. */
    Optional<Identity> identity(X509Certificate certificate) {
        try {
            List<String> names = names(certificate);
            return names.size() == 1 && !names.getFirst().isBlank()
                    ? Optional.of(Identity.user(names.getFirst(), Set.copyOf(groups(certificate))))
                    : Optional.empty();
        } catch (CertificateParsingException | NamingException e) {
            return Optional.empty();
        }
    }

    private List<String> names(X509Certificate certificate)
            throws CertificateParsingException, NamingException {
        return switch (settings.name()) {
            case COMMON_NAME -> ofSubject(certificate, "CN");
            case URI -> alternative(certificate, URI);
            case DNS -> alternative(certificate, DNS);
            case EMAIL -> alternative(certificate, EMAIL);
        };
    }

    private List<String> groups(X509Certificate certificate) throws NamingException {
        GroupPart part = settings.groups();
        return part == null
                ? List.of()
                : ofSubject(
                        certificate,
                        switch (part) {
                            case ORGANIZATION -> "O";
                            case ORGANIZATIONAL_UNIT -> "OU";
                        });
    }

    private static List<String> alternative(X509Certificate certificate, int kind)
            throws CertificateParsingException {
        @Nullable Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        return all == null
                ? List.of()
                : all.stream()
                        .filter(name -> name.getFirst().equals(kind))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
    }

    /** Values that are texts, of an attribute of the subject, also where it is one of several. */
    private static List<String> ofSubject(X509Certificate certificate, String attribute)
            throws NamingException {
        List<String> values = new ArrayList<>();
        for (Rdn rdn : rdns(certificate)) {
            Attribute found = rdn.toAttributes().get(attribute);
            if (found == null) {
                continue;
            }
            NamingEnumeration<?> each = found.getAll();
            while (each.hasMore()) {
                if (each.next() instanceof String text) {
                    values.add(text);
                }
            }
        }
        return values;
    }

    private static List<Rdn> rdns(X509Certificate certificate) throws InvalidNameException {
        return new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253))
                .getRdns();
    }
}
