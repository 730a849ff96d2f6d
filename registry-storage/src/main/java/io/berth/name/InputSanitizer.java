package io.berth.name;

/** Makes untrusted input safe to be quoted in messages and logs. */
final class InputSanitizer {

    private static final int MAX = 128;

    private InputSanitizer() {}

    /**
     * At most {@value #MAX} characters of the text; each that is not printable ASCII becomes "?".
     */
    static String sanitize(String raw) {
        StringBuilder sanitized = new StringBuilder(Math.min(raw.length(), MAX) + 1);
        for (int i = 0; i < raw.length() && i < MAX; i++) {
            char c = raw.charAt(i);
            sanitized.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        return raw.length() > MAX ? sanitized.append('…').toString() : sanitized.toString();
    }
}
