package io.berth.policy;

import io.berth.setting.DefaultValue;
import java.util.List;
import java.util.Locale;

/** What may be pushed ({@code policy}). */
public record PolicySettings(@DefaultValue Repository repository) {

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
