package io.berth.name;

/**
 * How untrusted input is repeated in a message: short, and without anything a terminal or a log
 * would act on.
 */
final class Shown {

    private static final int MAX = 128;

    private Shown() {}

    static String input(String raw) {
        StringBuilder shown = new StringBuilder(Math.min(raw.length(), MAX) + 1);
        for (int i = 0; i < raw.length() && i < MAX; i++) {
            char c = raw.charAt(i);
            shown.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        return raw.length() > MAX ? shown.append('…').toString() : shown.toString();
    }
}
