package io.berth.auth.oidc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with the names of claims in braces, such as {@code {namespace}/{name}}, that makes names
 * of claims. Different values never make the same name: what a value must not bring along is
 * written as in URLs, {@code %2F}. That is everything but letters, digits and {@code -._~/@+=:},
 * and of these the characters that the template itself has beside its claims. Immutable.
 */
final class ClaimTemplate {

    /** More names than one are made of claims that are lists. */
    static final int MAX_NAMES = 200;

    private static final Pattern FORM =
            Pattern.compile("(?:[^{}%\\s\\p{Cntrl}]*\\{[^{}\\s\\p{Cntrl}]+})*[^{}%\\s\\p{Cntrl}]*");
    private static final Pattern CLAIM = Pattern.compile("\\{([^{}]+)}");
    private static final String PLAIN = "-._~/@+=:";

    /** Texts and claims in turn; begins and ends with a text, which may be empty. */
    private final List<String> texts = new ArrayList<>();

    private final List<String> claims = new ArrayList<>();
    private final String plain;

    private ClaimTemplate(String template) {
        Matcher claim = CLAIM.matcher(template);
        int end = 0;
        while (claim.find()) {
            texts.add(template.substring(end, claim.start()));
            claims.add(claim.group(1));
            end = claim.end();
        }
        texts.add(template.substring(end));
        String own = String.join("", texts);
        StringBuilder left = new StringBuilder();
        PLAIN.chars().filter(c -> own.indexOf(c) < 0).forEach(left::appendCodePoint);
        plain = left.toString();
    }

    /**
     * @throws IllegalArgumentException when the text is no template; the message completes "must
     *     be"
     */
    static ClaimTemplate of(String text) {
        if (text.isEmpty()
                || !text.chars().allMatch(c -> c < 0x7f)
                || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "ASCII characters with names of claims in braces, such as"
                            + " {project_path}, without blanks and %");
        }
        ClaimTemplate template = new ClaimTemplate(text);
        boolean separated =
                template.texts.subList(1, Math.max(1, template.texts.size() - 1)).stream()
                        .allMatch(between -> !between.chars().allMatch(Character::isLetterOrDigit));
        if (!separated) {
            throw new IllegalArgumentException(
                    "claims with something between them that is no letter and no digit");
        }
        return template;
    }

    /**
     * A name for each combination of the values of the claims. None when one of the claims is not
     * there, or when there would be more than {@value #MAX_NAMES}.
     */
    List<String> names(Claims values) {
        List<String> names = List.of(texts.getFirst());
        for (int i = 0; i < claims.size(); i++) {
            List<String> longer = new ArrayList<>();
            for (String value : values.values(claims.get(i))) {
                String part = escaped(value) + texts.get(i + 1);
                names.forEach(name -> longer.add(name + part));
            }
            if (longer.size() > MAX_NAMES) {
                return List.of();
            }
            names = longer;
        }
        return names;
    }

    private String escaped(String value) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean same = (c < 0x80 && Character.isLetterOrDigit(c)) || plain.indexOf(c) >= 0;
            if (same) {
                escaped.append(c);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return escaped.toString();
    }
}
