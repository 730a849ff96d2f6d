package io.berth.config;

import io.berth.setting.DefaultValue;
import java.util.List;

/** What may be pushed. */
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
        PLUGIN
    }
}
