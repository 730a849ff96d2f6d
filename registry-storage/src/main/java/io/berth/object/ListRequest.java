package io.berth.object;

import org.jspecify.annotations.Nullable;

/**
 * Which keys are wanted.
 *
 * @param prefix of the keys: one that is an {@link ObjectKey} followed by {@code /}; {@code ""} for
 *     all
 * @param startAfter only keys that sort behind this text, which is compared with whole keys and
 *     need not be one; {@code null}: from the start
 * @param foldFolders {@code true}: keys that have a {@code /} behind the prefix are folded into one
 *     entry up to and with that slash, which sorts as this text; a store that has real folders also
 *     shows those that nothing is in, which other programs leave behind
 * @param limit entries at the most, 1 or more; a store may return fewer and still have more
 * @param info whether entries of objects are to have their {@link Listing.Entry#info}, which costs
 *     no request more unless the store says so
 * @param continuation what came with the page before, for a listing of several pages: what was
 *     written or deleted since its first page may then be missing or there still; {@code null}: the
 *     listing begins here and knows everything that was done before
 */
public record ListRequest(
        String prefix,
        @Nullable String startAfter,
        boolean foldFolders,
        int limit,
        boolean info,
        @Nullable Continuation continuation) {

    public ListRequest {
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("a prefix ends in a slash: " + prefix);
        }
        if (!prefix.isEmpty()) {
            ObjectKey.of(prefix.substring(0, prefix.length() - 1));
        }
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit);
        }
    }

    public ListRequest(String prefix, @Nullable String startAfter, boolean foldFolders, int limit) {
        this(prefix, startAfter, foldFolders, limit, false, null);
    }

    /** The same, with the info of objects. */
    public ListRequest withInfo() {
        return new ListRequest(prefix, startAfter, foldFolders, limit, true, continuation);
    }

    /** The same, as the next page of a listing. */
    public ListRequest continuing(@Nullable Continuation before) {
        return new ListRequest(prefix, startAfter, foldFolders, limit, info, before);
    }
}
