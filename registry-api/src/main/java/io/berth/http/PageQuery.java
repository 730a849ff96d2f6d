package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.Digits;
import io.berth.http.message.PercentEncoding;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
import io.berth.registry.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list a client asks for, by {@code n} and {@code last} (distribution-spec,
 * "Listing Tags").
 *
 * @param last as asked for; {@code null}: from the start
 * @param limit items to give, which may be fewer than asked for
 * @param numbered whether the client named a number
 */
record PageQuery(@Nullable String last, int limit, boolean numbered) {

    /**
     * @param last what the items of the list are
     * @param unnumbered items for a client that names no number
     * @param max items for a client that names a larger number
     * @throws RegistryException PAGINATION_NUMBER_INVALID when {@code n} is not a number, 0 or
     *     more; what {@code last} says when that is malformed
     */
    static PageQuery of(HttpServletRequest request, QueryParameter last, int unnumbered, int max) {
        QueryString query = QueryString.of(request.getQueryString());
        return of(query.first(last), query.first(QueryParameter.NUMBER), unnumbered, max);
    }

    private static PageQuery of(
            @Nullable String last, @Nullable String n, int unnumbered, int max) {
        if (n == null) {
            return new PageQuery(last, unnumbered, false);
        }
        long number = Digits.parse(n);
        if (number == Digits.NOT_A_NUMBER) {
            throw new RegistryException(
                    ErrorCode.PAGINATION_NUMBER_INVALID,
                    ErrorCode.PAGINATION_NUMBER_INVALID.message(),
                    Map.of("n", n));
        }
        return new PageQuery(last, (int) Math.min(number, max), true);
    }

    PageRequest request() {
        return new PageRequest(last, limit);
    }

    /** The query for the page behind an item. */
    String next(String item) {
        String query = "last=" + PercentEncoding.encode(item);
        return numbered ? query + "&n=" + limit : query;
    }
}
