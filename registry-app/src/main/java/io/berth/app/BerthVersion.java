package io.berth.app;

/** The version as the jar states it. */
public final class BerthVersion {

    private BerthVersion() {}

    /** Such as {@code 1.2.0}. */
    public static String current() {
        String version = BerthVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
