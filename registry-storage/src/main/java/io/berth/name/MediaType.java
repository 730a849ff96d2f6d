package io.berth.name;

import java.util.Locale;
import java.util.Optional;

/**
 * A media type. The result of {@link #parse} is lower-case and without parameters. The type of a
 * descriptor is kept as it was written, because a registry must not refuse or change types that it
 * does not know (image-spec, "Media Types").
 */
public record MediaType(String value) {

    /** Characters of the longest type that RFC 6838 (4.2) allows, and that is accepted here. */
    public static final int MAX_LENGTH = 255;

    public static final MediaType OCTET_STREAM = new MediaType("application/octet-stream");

    public static final MediaType OCI_MANIFEST =
            new MediaType("application/vnd.oci.image.manifest.v1+json");
    public static final MediaType OCI_INDEX =
            new MediaType("application/vnd.oci.image.index.v1+json");
    public static final MediaType OCI_CONFIG =
            new MediaType("application/vnd.oci.image.config.v1+json");
    public static final MediaType DOCKER_MANIFEST =
            new MediaType("application/vnd.docker.distribution.manifest.v2+json");
    public static final MediaType DOCKER_LIST =
            new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
    public static final MediaType DOCKER_CONFIG =
            new MediaType("application/vnd.docker.container.image.v1+json");
    public static final MediaType DOCKER_PLUGIN =
            new MediaType("application/vnd.docker.plugin.v1+json");

    /**
     * Reads the value of a {@code Content-Type} header or of a JSON member; parameters are dropped.
     * Empty when it is not of the form {@code type/subtype}.
     */
    public static Optional<MediaType> parse(String text) {
        int semicolon = text.indexOf(';');
        String bare =
                (semicolon < 0 ? text : text.substring(0, semicolon))
                        .strip()
                        .toLowerCase(Locale.ROOT);
        int slash = bare.indexOf('/');
        if (slash <= 0 || slash == bare.length() - 1 || bare.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (i != slash && !isToken(c)) {
                return Optional.empty();
            }
        }
        return Optional.of(new MediaType(bare));
    }

    private static boolean isToken(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    @Override
    public String toString() {
        return value;
    }
}
