package io.berth.policy;

import io.berth.setting.DefaultValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rules of the administrator ({@code policy}).
 *
 * @param repository what may be pushed
 * @param file with all other rules; {@code null}: there are none
 */
public record PolicySettings(@DefaultValue Repository repository, @Nullable Path file) {

    public PolicySettings {
        file = file == null || file.toString().isBlank() ? null : file.toAbsolutePath();
    }

    /**
     * @param classes the kinds of images that are taken; empty: every kind, and every other
     *     artifact
     */
    public record Repository(@DefaultValue({}) List<ContentClass> classes) {

        public Repository {
            classes = List.copyOf(classes);
        }
    }

    /** What an image is for. */
    public enum ContentClass {
        IMAGE,
        PLUGIN;

        /** As grants and messages have it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
