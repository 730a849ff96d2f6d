package io.berth.http.message;

import io.berth.error.RegistryException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The query of a URL. Read from the URL alone: the parameters of the servlet API may come from the
 * body, which is then consumed.
 *
 * <p>A parameter is decoded when it is asked for. Order, unknown parameters, and malformed values
 * of parameters that are not asked for have no effect. A plus sign is a plus sign, not a blank as
 * in forms: no value of this protocol may hold a blank, while media types and algorithms may hold a
 * plus, which some clients do not encode.
 */
public final class QueryString {

    private final String raw;

    private QueryString(String raw) {
        this.raw = raw;
    }

    /**
     * @param raw the text after the question mark, still encoded; {@code null}: there was none
     */
    public static QueryString of(@Nullable String raw) {
        return new QueryString(raw == null ? "" : raw);
    }

    /**
     * The first value given for a parameter; {@code null} when there is none or it is empty.
     *
     * @throws RegistryException {@link QueryParameter#malformed} when that value is not well-formed
     */
    public @Nullable String first(QueryParameter parameter) {
        for (int start = 0; start < raw.length(); start = end(start) + 1) {
            if (names(start, parameter.key())) {
                String value = value(start, parameter);
                return value.isEmpty() ? null : value;
            }
        }
        return null;
    }

    /**
     * Every value given for a parameter, empty ones too, in order.
     *
     * @throws RegistryException {@link QueryParameter#malformed} when one is not well-formed
     */
    public List<String> all(QueryParameter parameter) {
        List<String> values = new ArrayList<>();
        for (int start = 0; start < raw.length(); start = end(start) + 1) {
            if (names(start, parameter.key())) {
                values.add(value(start, parameter));
            }
        }
        return values;
    }

    /** Where the parameter that begins at {@code start} ends. */
    private int end(int start) {
        int ampersand = raw.indexOf('&', start);
        return ampersand < 0 ? raw.length() : ampersand;
    }

    /** Where the name of the parameter that begins at {@code start} ends. */
    private int endOfName(int start) {
        int end = end(start);
        int equals = raw.indexOf('=', start, end);
        return equals < 0 ? end : equals;
    }

    private boolean names(int start, String key) {
        int end = endOfName(start);
        if (raw.indexOf('%', start, end) < 0) {
            return end - start == key.length() && raw.startsWith(key, start);
        }
        return key.equals(PercentEncoding.decode(raw.substring(start, end)));
    }

    private String value(int start, QueryParameter parameter) {
        int from = Math.min(endOfName(start) + 1, end(start));
        String value = PercentEncoding.decode(raw.substring(from, end(start)));
        if (value == null) {
            throw new RegistryException(
                    parameter.malformed(),
                    "the value of the query parameter "
                            + parameter.key()
                            + " must be percent-encoded UTF-8 without control characters");
        }
        return value;
    }
}
