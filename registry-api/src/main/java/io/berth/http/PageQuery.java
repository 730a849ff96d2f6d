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
 * The page of a list that a client asks for, by {@code n} and {@code last} (distribution-spec,
 * "Listing Tags").
 *
 * @param last the text after which the page begins; {@code null}: from the start
 * @param limit the most items of the page: what the client asks for, or the limit of the server if
 *     that is less
 * @param numbered whether the client sent {@code n}
 */
record PageQuery(@Nullable String last, int limit, boolean numbered) {

    /**
     * Reads the query of a request.
     *
     * @param last the parameter for {@code last}, by the type of the items
     * @param unnumbered limit for a client that sends no {@code n}
     * @param max limit for a client that sends {@code n}
     * @throws RegistryException PAGINATION_NUMBER_INVALID when {@code n} is not a number of 0 or
     *     more; the error of {@code last} when that is malformed
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

    /** The page, as the registry takes it. */
    PageRequest request() {
        return new PageRequest(last, limit);
    }

    /** The query of the page after an item. */
    String next(String item) {
        String query = "last=" + PercentEncoding.encode(item);
        return numbered ? query + "&n=" + limit : query;
    }
}
