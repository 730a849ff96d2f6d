package io.berth.object;

import org.jspecify.annotations.Nullable;

/**
 * Which keys are listed.
 *
 * @param prefix of the keys: an {@link ObjectKey} followed by {@code /}; {@code ""} for all
 * @param startAfter only keys that sort after this text, which is compared with whole keys and need
 *     not be a key; {@code null}: from the start
 * @param foldFolders {@code true}: keys with a {@code /} after the prefix are folded into one entry
 *     that ends in this slash and sorts as this text, as with the delimiter of S3; a store with
 *     real folders also lists empty ones, which other programs leave
 * @param limit number of entries at most, 1 or more; a store may return fewer although there are
 *     more
 * @param info whether entries of objects have their {@link Listing.Entry#info}, which costs no
 *     further request unless the store says so
 * @param continuation the continuation of the previous page, for a listing of several pages:
 *     changes since the first page may then not be seen; {@code null}: the listing begins with this
 *     page and shows every change before it
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
            throw new IllegalArgumentException("a prefix must end in a slash: " + prefix);
        }
        if (!prefix.isEmpty()) {
            ObjectKey.of(prefix.substring(0, prefix.length() - 1));
        }
        if (limit < 1) {
            throw new IllegalArgumentException("the limit must be 1 or more: " + limit);
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
