package io.berth.http.message;

import io.berth.name.MediaType;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The media types that a client accepts. Clients send them in one line or in many, in random order,
 * with parameters or without; only the names count. What is not a media type is skipped.
 *
 * @param types in the order of the header
 */
public record Accept(List<MediaType> types) {

    public Accept {
        types = List.copyOf(types);
    }

    /**
     * @param lines every line of the header; {@code null} for one that is not text
     */
    public static Accept of(Enumeration<String> lines) {
        List<MediaType> types = new ArrayList<>();
        while (lines.hasMoreElements()) {
            @Nullable String line = lines.nextElement();
            for (String item : line == null ? new String[0] : line.split(",", -1)) {
                MediaType.parse(item).ifPresent(types::add);
            }
        }
        return new Accept(types);
    }

    /** Whether the client lists this type; parameters and wildcards do not count. */
    public boolean names(MediaType type) {
        return types.contains(type);
    }

    /**
     * Whether the client leaves the choice to the server: it names nothing, or something so wide
     * that it cannot mean one kind of manifest.
     */
    public boolean isOpen() {
        return types.isEmpty() || types.stream().anyMatch(Accept::isWide);
    }

    private static boolean isWide(MediaType type) {
        return switch (type.value()) {
            case "*/*", "application/*", "application/json" -> true;
            default -> false;
        };
    }
}
