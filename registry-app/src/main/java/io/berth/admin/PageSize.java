package io.berth.admin;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.Digits;

/**
 * How many items of a list a client wants at once, from 1 to {@value #MAX}; a greater number counts
 * as that.
 */
public record PageSize(int value) {

    /** The parameter of a client that names none. */
    public static final String DEFAULT = "100";

    private static final int MAX = 1000;

    /**
     * Parses the parameter {@code n}.
     *
     * @throws RegistryException PAGINATION_NUMBER_INVALID
     */
    public static PageSize of(String text) {
        long number = Digits.parse(text);
        if (number < 1) {
            throw new RegistryException(
                    ErrorCode.PAGINATION_NUMBER_INVALID,
                    "n must be a number of 1 or more: " + text);
        }
        return new PageSize((int) Math.min(number, MAX));
    }
}
