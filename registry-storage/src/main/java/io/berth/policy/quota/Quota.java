package io.berth.policy.quota;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.setting.ByteSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One limit of one repository.
 *
 * @param rule that has the limit
 * @param estimate of what the repository holds
 */
record Quota(QuotaRule rule, Kind kind, RepositoryName repository, Estimate estimate) {

    /** What is limited. */
    enum Kind {
        BYTES,
        TAGS;

        private static final long MIB = 1 << 20;

        /** {@code null}: none. */
        @Nullable Long limit(QuotaRule rule) {
            ByteSize bytes = rule.bytes();
            Integer tags = rule.tags();
            return switch (this) {
                case BYTES -> bytes == null ? null : Long.valueOf(bytes.bytes());
                case TAGS -> tags == null ? null : Long.valueOf(tags);
            };
        }

        /** For people. */
        String text(long amount) {
            return switch (this) {
                case BYTES ->
                        amount < MIB
                                ? amount + " bytes"
                                : String.format(Locale.ROOT, "%.1f MiB", (double) amount / MIB);
                case TAGS -> amount == 1 ? "1 tag" : amount + " tags";
            };
        }

        /** In counts, and in the detail of an error. */
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The strictest of the rules that limit this; {@code null} when none does. */
    static @Nullable QuotaRule strictest(
            List<QuotaRule> rules, Kind kind, RepositoryName repository) {
        QuotaRule found = null;
        long least = Long.MAX_VALUE;
        for (QuotaRule rule : rules) {
            Long limit = kind.limit(rule);
            if (limit != null && rule.appliesTo(repository) && (found == null || limit < least)) {
                found = rule;
                least = limit;
            }
        }
        return found;
    }

    long limit() {
        Long limit = kind.limit(rule);
        return limit == null ? Long.MAX_VALUE : limit;
    }

    /** Whether so much is used that pushes are logged. */
    boolean isNearlyUsedUp() {
        return rule.warnAt() < 100 && estimate.sum() >= limit() / 100.0 * rule.warnAt();
    }

    /** The message has everything in it, because docker shows nothing else. */
    RegistryException refusal(long wanted) {
        long use = estimate.sum();
        String message =
                "%s holds %s of the %s that quota \"%s\" of this registry allows, and the push adds %s: delete %s that are not needed, or ask for a higher limit"
                        .formatted(
                                repository,
                                kind.text(use),
                                kind.text(limit()),
                                rule.name(),
                                // The length of an upload that begins is not known.
                                wanted <= 1 && kind == Kind.BYTES ? "more" : kind.text(wanted),
                                kind == Kind.BYTES ? "blobs" : "tags");
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("quota", rule.name());
        detail.put("unit", kind.wireName());
        detail.put("limit", limit());
        detail.put("used", use);
        detail.put("wanted", wanted);
        return new RegistryException(ErrorCode.DENIED, message, detail);
    }
}
