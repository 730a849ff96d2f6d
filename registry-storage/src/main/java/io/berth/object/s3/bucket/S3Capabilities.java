package io.berth.object.s3.bucket;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The result of the capability probe of a server. Each ability documents what the store does
 * without it. Immutable.
 *
 * @param abilities those that the probe has confirmed
 * @param unclear trials without a result, because the server was too busy, could not be reached, or
 *     failed. Their abilities count as missing, so the store reads before it writes; it sends the
 *     condition as well. These trials are repeated in the background.
 * @param failed those of the unclear trials in which the server responded to each attempt with an
 *     error of its own; the store does not send their conditions
 */
public record S3Capabilities(Set<Ability> abilities, Set<Trial> unclear, Set<Trial> failed) {

    /** A group of requests that finds out related abilities. */
    public enum Trial {
        CREATE,
        REPLACE,
        DELETE,
        MULTIPART,
        COPY,
        LISTING,
        CHECKSUM,
        PRESIGNED_URL,
        BATCH_DELETE
    }

    /** An ability that only some servers have. */
    public enum Ability {
        /**
         * {@code If-None-Match: *} on a write is refused when there is an object. Without this
         * ability, the store reads first.
         */
        CREATE_IF_ABSENT(Trial.CREATE),
        /**
         * {@code If-Match} on a write is refused when the object has another ETag. Without this
         * ability, the store reads first.
         */
        REPLACE_IF_UNCHANGED(Trial.REPLACE),
        /** {@code If-Match} on a write is refused when there is no object. */
        REPLACE_REFUSES_ABSENT(Trial.REPLACE),
        /** {@code If-Match} accepts only an ETag without quotes. */
        BARE_ETAGS(Trial.REPLACE),
        /** ETags of small objects are their MD5. Without this, conditional writes read first. */
        MD5_ETAGS(Trial.REPLACE),
        /** As {@link #REPLACE_IF_UNCHANGED}, for deletes. */
        DELETE_IF_UNCHANGED(Trial.DELETE),
        /** As {@link #REPLACE_REFUSES_ABSENT}, for deletes. */
        DELETE_REFUSES_ABSENT(Trial.DELETE),
        /**
         * As {@link #CREATE_IF_ABSENT}, for CompleteMultipartUpload. The store does not need it.
         */
        COMPLETE_IF_ABSENT(Trial.MULTIPART),
        /**
         * A listing has the same ETags as the responses to writes. Without this, a listing with
         * infos makes a HEAD for each object.
         */
        LISTED_ETAGS(Trial.LISTING),
        /**
         * A write with the wrong SHA-256 of its content is refused. Without this, damage in
         * transfer is detected only when the content is read.
         */
        SHA256(Trial.CHECKSUM),
        /** DeleteObjects is supported. Without this, each object needs a DeleteObject. */
        BATCH_DELETE(Trial.BATCH_DELETE),
        /** DeleteObjects needs a Content-MD5. */
        BATCH_DELETE_NEEDS_MD5(Trial.BATCH_DELETE),
        /**
         * A presigned URL works from this process. Without this the store makes presigned URLs
         * nevertheless, because clients may reach a server that this machine does not reach.
         */
        PRESIGNED_URLS(Trial.PRESIGNED_URL);

        private final Trial trial;

        Ability(Trial trial) {
            this.trial = trial;
        }
    }

    /** Capabilities before the probe: all trials are unclear. */
    public static final S3Capabilities UNKNOWN =
            new S3Capabilities(Set.of(), EnumSet.allOf(Trial.class), Set.of());

    public S3Capabilities {
        abilities = Set.copyOf(abilities);
        unclear = Set.copyOf(unclear);
        failed = Set.copyOf(failed);
    }

    /** Capabilities without unclear trials. */
    public static S3Capabilities of(Set<Ability> abilities) {
        return new S3Capabilities(abilities, Set.of(), Set.of());
    }

    public boolean has(Ability ability) {
        return abilities.contains(ability);
    }

    /**
     * Whether the server has the ability, or it is unclear for another reason than server errors.
     */
    public boolean mayHave(Ability ability) {
        return has(ability) || (unclear.contains(ability.trial) && !failed.contains(ability.trial));
    }

    /** Whether one request both checks that there is no object and writes it. */
    public boolean createsInOneStep() {
        return has(Ability.CREATE_IF_ABSENT);
    }

    /** Whether one request both checks what it replaces and replaces it. */
    public boolean replacesInOneStep() {
        return has(Ability.REPLACE_IF_UNCHANGED) && has(Ability.REPLACE_REFUSES_ABSENT);
    }

    /** Whether one request both checks what it deletes and deletes it. */
    public boolean deletesInOneStep() {
        return has(Ability.DELETE_IF_UNCHANGED) && has(Ability.DELETE_REFUSES_ABSENT);
    }

    /** These capabilities with the result of a trial, which replaces an earlier one. */
    public S3Capabilities with(Trial trial, Set<Ability> found) {
        Set<Ability> all = EnumSet.noneOf(Ability.class);
        all.addAll(abilities);
        all.removeIf(ability -> ability.trial == trial);
        all.addAll(found);
        return new S3Capabilities(all, without(unclear, trial), without(failed, trial));
    }

    /** These capabilities after a trial to which the server responded with errors only. */
    public S3Capabilities withFailure(Trial trial) {
        Set<Trial> more = EnumSet.of(trial);
        more.addAll(failed);
        return new S3Capabilities(abilities, unclear, more);
    }

    private static Set<Trial> without(Set<Trial> trials, Trial trial) {
        Set<Trial> rest = EnumSet.noneOf(Trial.class);
        rest.addAll(trials);
        rest.remove(trial);
        return rest;
    }

    /** For logs: the abilities that the server has, does not have, and those that are unclear. */
    @Override
    public String toString() {
        List<String> can = new ArrayList<>();
        List<String> cannot = new ArrayList<>();
        (createsInOneStep() ? can : cannot).add("create if absent");
        (replacesInOneStep() ? can : cannot).add("replace if unchanged");
        (deletesInOneStep() ? can : cannot).add("delete if unchanged");
        (has(Ability.COMPLETE_IF_ABSENT) ? can : cannot).add("complete if absent");
        (has(Ability.MD5_ETAGS) ? can : cannot).add("etag is MD5");
        (has(Ability.BARE_ETAGS) ? cannot : can).add("quoted etags");
        (has(Ability.LISTED_ETAGS) ? can : cannot).add("etags in listings");
        (has(Ability.SHA256) ? can : cannot).add("SHA-256");
        (has(Ability.BATCH_DELETE) ? can : cannot)
                .add(
                        has(Ability.BATCH_DELETE_NEEDS_MD5)
                                ? "batch delete with MD5"
                                : "batch delete");
        (has(Ability.PRESIGNED_URLS) ? can : cannot).add("presigned links");
        String text = "can: " + String.join(", ", can);
        if (!cannot.isEmpty()) {
            text += "; cannot: " + String.join(", ", cannot);
        }
        return unclear.isEmpty()
                ? text
                : text
                        + "; not known yet: "
                        + new TreeSet<>(unclear).toString().toLowerCase(Locale.ROOT);
    }
}
