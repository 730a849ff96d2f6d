package io.berth.setting;

import java.util.regex.Pattern;

/** Makes values safe to be shown in messages. */
public final class ValueSanitizer {

    private static final int MAX_LENGTH = 200;

    /** The user information of a URL. */
    private static final Pattern CREDENTIALS = Pattern.compile("(?<=//)[^/?#]*@");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private ValueSanitizer() {}

    /**
     * The value as one line of at most {@value #MAX_LENGTH} characters, without control characters,
     * and without the credentials of a URL.
     */
    public static String sanitize(Object value) {
        String text = CREDENTIALS.matcher(value.toString()).replaceAll("(not shown)@");
        text = CONTROL.matcher(text).replaceAll("?");
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }
}
