package io.berth.settings;

import org.springframework.boot.context.properties.bind.DefaultValue;

/** What a manifest that is pushed must fulfil. */
public record ValidationSettings(@DefaultValue Manifests manifests) {

    /** Whether what a manifest refers to must be there. */
    public record Manifests(@DefaultValue("strict") References references) {}

    public enum References {
        /** Every blob and manifest that is referred to is in the same repository. */
        STRICT,
        /** Some may be missing: a mirror may hold a few platforms of an index only. */
        LENIENT
    }
}
