package io.berth.auth.jws;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.berth.access.Grant;
import io.berth.access.Identity;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers tokens that were verified until they end, by their hash, in memory of a fixed size.
 * Wrong tokens are not remembered: they would push out right ones. Safe for use by many threads.
 */
public final class VerifiedTokens {

    /** Bytes that an entry, a grant, a group or a claim takes beside its texts. */
    private static final int ENTRY = 300;

    /**
     * A token that is right at this moment.
     *
     * @param expires when it ends
     */
    public record Verified(Identity identity, Instant expires) {}

    private final Function<String, @Nullable Verified> verifier;
    private final Clock clock;
    private final Cache<Digest, Verified> verified;

    /**
     * @param verifier checks a token, whether it has ended included; {@code null}: it is wrong
     * @param cacheBytes memory for what is remembered, in bytes, roughly
     */
    public VerifiedTokens(
            Function<String, @Nullable Verified> verifier, long cacheBytes, Clock clock) {
        this.verifier = verifier;
        this.clock = clock;
        this.verified =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .<Digest, Verified>weigher((_, token) -> weight(token.identity()))
                        .executor(Runnable::run)
                        .build();
    }

    private static int weight(Identity identity) {
        int weight = ENTRY + 2 * identity.name().length();
        for (String group : identity.groups()) {
            weight += ENTRY + 2 * group.length();
        }
        for (Map.Entry<String, String> claim : identity.claims().entrySet()) {
            weight += ENTRY + 2 * (claim.getKey().length() + claim.getValue().length());
        }
        List<Grant> grants = identity.grants();
        if (grants != null) {
            for (Grant grant : grants) {
                weight += ENTRY + grant.name().length() + 64 * grant.actions().size();
            }
        }
        return weight;
    }

    /**
     * The identity that a token belongs to; {@code null}: the token is wrong, or has ended.
     *
     * @throws RuntimeException what the verifier throws; nothing is remembered then
     */
    public @Nullable Identity identity(String token) {
        Digest hash =
                Digest.ofContent(HashAlgorithm.SHA256, token.getBytes(StandardCharsets.UTF_8));
        Verified known = verified.getIfPresent(hash);
        if (known == null) {
            known = verifier.apply(token);
            if (known == null) {
                return null;
            }
            verified.put(hash, known);
        }
        if (!clock.instant().isBefore(known.expires())) {
            verified.invalidate(hash);
            return null;
        }
        return known.identity();
    }

    /** How many tokens are remembered. */
    public long size() {
        verified.cleanUp();
        return verified.estimatedSize();
    }
}
