package io.berth.name;

import org.jspecify.annotations.Nullable;

/** The platform that an image in an index runs on (image-spec, "Image Index"). */
public record Platform(String os, String architecture, @Nullable String variant) {

    /**
     * @param text {@code os/architecture} or {@code os/architecture/variant}
     * @throws IllegalArgumentException with a message that shows the expected form
     */
    public static Platform of(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || text.startsWith("/") || text.endsWith("/")) {
            throw new IllegalArgumentException(
                    "a platform is os/architecture, such as linux/amd64, not '" + text + "'");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
    }

    /** Whether an image for {@code offered} serves a request for this platform. */
    public boolean accepts(Platform offered) {
        return os.equals(offered.os)
                && architecture.equals(offered.architecture)
                && (variant == null || variant.equals(offered.variant));
    }

    @Override
    public String toString() {
        return variant == null ? os + "/" + architecture : os + "/" + architecture + "/" + variant;
    }
}
