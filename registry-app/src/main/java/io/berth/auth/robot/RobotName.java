package io.berth.auth.robot;

import io.berth.document.DocumentName;
import org.jspecify.annotations.Nullable;

/**
 * The name of a robot account: 1 to 128 lower-case letters, digits and {@code . _ -}, of which the
 * first is a letter or a digit. A robot logs in as {@code robot/NAME}, a form that no shell and no
 * client changes. Immutable.
 */
public record RobotName(String value) {

    private static final String LOGIN_PREFIX = "robot/";

    private static final String FOLDER = "robots";

    /**
     * @throws IllegalArgumentException when the text is no name
     */
    public RobotName {
        if (!DocumentName.isComponent(value)) {
            throw new IllegalArgumentException(
                    "the name of a robot must be 1 to 128 lower-case letters, digits and . _ -,"
                            + " beginning with a letter or a digit");
        }
    }

    /** Whether only a robot can have this user name. */
    static boolean isReserved(String user) {
        return user.startsWith(LOGIN_PREFIX);
    }

    /** {@code null}: the user of these credentials is no robot. */
    static @Nullable RobotName ofLogin(String user) {
        String name = isReserved(user) ? user.substring(LOGIN_PREFIX.length()) : "";
        return DocumentName.isComponent(name) ? new RobotName(name) : null;
    }

    /** The name of the account in a document of the {@link #folder}. */
    static RobotName ofDocument(DocumentName document) {
        return new RobotName(document.value().substring(FOLDER.length() + 1));
    }

    /** The user name that clients log in with. */
    public String login() {
        return LOGIN_PREFIX + value;
    }

    /** Where the account is kept. */
    DocumentName document() {
        return DocumentName.in(FOLDER, value);
    }

    /** The folder of all accounts. */
    static String folder() {
        return FOLDER;
    }

    @Override
    public String toString() {
        return value;
    }
}
