package io.berth.http.message;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The query of a URL. Read from the URL alone: a servlet's own parameters may be taken from the
 * body, which is then gone.
 *
 * <p>Order and unknown parameters are of no consequence.
 */
public final class QueryString {

    private static final QueryString EMPTY = new QueryString(List.of());

    private final List<Parameter> parameters;

    private record Parameter(String name, String value) {}

    private QueryString(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /**
     * @param raw as it stood behind the question mark; {@code null}: there was none
     * @throws io.berth.error.RegistryException REQUEST_INVALID when it is not well-formed
     */
    public static QueryString parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return EMPTY;
        }
        List<Parameter> parameters = new ArrayList<>();
        int start = 0;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            if (end < 0) {
                end = raw.length();
            }
            if (end > start) {
                parameters.add(parameter(raw.substring(start, end)));
            }
            start = end + 1;
        }
        return new QueryString(parameters);
    }

    private static Parameter parameter(String raw) {
        int equals = raw.indexOf('=');
        return equals < 0
                ? new Parameter(PercentEncoding.decodeQuery(raw), "")
                : new Parameter(
                        PercentEncoding.decodeQuery(raw.substring(0, equals)),
                        PercentEncoding.decodeQuery(raw.substring(equals + 1)));
    }

    /** The first value given for a name; {@code null} when there is none or it is empty. */
    public @Nullable String first(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                return parameter.value.isEmpty() ? null : parameter.value;
            }
        }
        return null;
    }

    /** Every value given for a name, empty ones too, in order. */
    public List<String> all(String name) {
        return parameters.stream().filter(p -> p.name.equals(name)).map(Parameter::value).toList();
    }
}
