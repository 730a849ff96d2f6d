package io.berth.auth.tokenservice;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request for a token: of its query, or of its body, in the encoding of forms
 * (a plus sign is a blank). Unknown ones have no effect. Immutable.
 */
final class TokenParameters {

    /**
     * Bytes of a body. As much as of a manifest is read without a reservation of memory, and room
     * for a password that is a token itself.
     */
    static final int MAX_BODY = 8 * 1024;

    private static final String FORM = "application/x-www-form-urlencoded";

    private final Map<String, List<String>> values;

    private TokenParameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Of the query of a request; its length is bounded by the server. */
    static TokenParameters ofQuery(HttpServletRequest request) {
        String query = request.getQueryString();
        return of(query == null ? "" : query);
    }

    /**
     * Of the body of a request.
     *
     * @throws TokenRequestException when the body is no form, or has more than {@value #MAX_BODY}
     *     bytes
     * @throws IOException when the client's connection fails
     */
    static TokenParameters ofBody(HttpServletRequest request) throws IOException {
        String type = request.getContentType();
        if (type == null || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(FORM)) {
            throw TokenRequestException.invalid("the body must be of the type " + FORM);
        }
        if (request.getContentLengthLong() > MAX_BODY) {
            throw tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw tooLarge();
        }
        return of(new String(body, StandardCharsets.UTF_8));
    }

    private static TokenRequestException tooLarge() {
        return new TokenRequestException(
                413, "invalid_request", "the body must not have more than " + MAX_BODY + " bytes");
    }

    private static TokenParameters of(String encoded) {
        Map<String, List<String>> values = new HashMap<>();
        for (String part : encoded.split("&")) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            values.computeIfAbsent(decoded(name), _ -> new ArrayList<>()).add(decoded(value));
        }
        return new TokenParameters(values);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw TokenRequestException.invalid("a parameter is not encoded as in forms");
        }
    }

    /** Every value, in their order. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The first value; {@code null} when there is none or it is empty. */
    @Nullable String first(String name) {
        List<String> all = all(name);
        return all.isEmpty() || all.getFirst().isEmpty() ? null : all.getFirst();
    }

    /**
     * The first value.
     *
     * @throws TokenRequestException when there is none or it is empty
     */
    String required(String name) {
        String value = first(name);
        if (value == null) {
            throw TokenRequestException.invalid("the parameter " + name + " is missing");
        }
        return value;
    }
}
