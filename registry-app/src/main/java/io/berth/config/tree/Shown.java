package io.berth.config.tree;

import java.util.regex.Pattern;

/** Values as messages show them. */
public final class Shown {

    private static final int LONGEST = 200;

    /** User and password of an address. */
    private static final Pattern CREDENTIALS = Pattern.compile("(?<=//)[^/?#]*@");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private Shown() {}

    /**
     * A value in one line of limited length: without control characters, which would make lines of
     * their own, and without the credentials that an address may have.
     */
    public static String value(Object value) {
        String text = CREDENTIALS.matcher(value.toString()).replaceAll("(not shown)@");
        text = CONTROL.matcher(text).replaceAll("?");
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
