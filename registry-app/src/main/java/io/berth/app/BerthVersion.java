package io.berth.app;

/** The version in the manifest of the jar. */
public final class BerthVersion {

    private BerthVersion() {}

    /** Such as {@code 1.2.0}. */
    public static String current() {
        String version = BerthVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
