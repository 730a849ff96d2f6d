package io.berth.object.s3.bucket;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the capability probe has found out about a server. Where an ability is missing, the store
 * does something else instead, which each ability says.
 *
 * @param abilities what the server has been seen to do
 * @param unclear trials without a result, because the server was too busy, could not be reached, or
 *     failed. Their abilities count as missing, so the store looks before it writes; it sends the
 *     condition as well. These trials are repeated in the background.
 * @param failed those of the unclear trials in which the server answered each attempt with an error
 *     of its own; their conditions are not sent
 */
public record S3Capabilities(Set<Ability> abilities, Set<Trial> unclear, Set<Trial> failed) {

    /** Requests that together show what a server can do in one respect. */
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

    /** What some servers can do, and others cannot. */
    public enum Ability {
        /**
         * {@code If-None-Match: *} on a write is refused when there is an object. Without it, the
         * store looks first.
         */
        CREATE_IF_ABSENT(Trial.CREATE),
        /**
         * {@code If-Match} on a write is refused when the object has another ETag. Without it, the
         * store looks first.
         */
        REPLACE_IF_UNCHANGED(Trial.REPLACE),
        /** {@code If-Match} on a write is refused when there is no object. */
        REPLACE_REFUSES_ABSENT(Trial.REPLACE),
        /** {@code If-Match} takes an ETag without its quotes only. */
        BARE_ETAGS(Trial.REPLACE),
        /** ETags of small objects are their MD5. Without it, conditional writes read first. */
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
         * A listing has the ETag that the write of each object was answered with. Without it, a
         * listing with versions asks for each object.
         */
        LISTED_ETAGS(Trial.LISTING),
        /**
         * A write with a SHA-256 that is not that of its content is refused. Without it, content
         * that was damaged on its way is found when it is read.
         */
        SHA256(Trial.CHECKSUM),
        /** DeleteObjects is supported. Without it, each object takes a DeleteObject. */
        BATCH_DELETE(Trial.BATCH_DELETE),
        /** DeleteObjects needs a Content-MD5. */
        BATCH_DELETE_NEEDS_MD5(Trial.BATCH_DELETE),
        /**
         * A presigned URL is answered to this process. Without it the store gives them all the
         * same, because clients may reach what this machine does not.
         */
        PRESIGNED_URLS(Trial.PRESIGNED_URL);

        private final Trial trial;

        Ability(Trial trial) {
            this.trial = trial;
        }
    }

    /** Nothing is known. */
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

    /** Whether the ability is there, or unclear for another reason than errors of the server. */
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

    /** These, with the result of a trial in place of what was known of it. */
    public S3Capabilities with(Trial trial, Set<Ability> found) {
        Set<Ability> all = EnumSet.noneOf(Ability.class);
        all.addAll(abilities);
        all.removeIf(ability -> ability.trial == trial);
        all.addAll(found);
        return new S3Capabilities(all, without(unclear, trial), without(failed, trial));
    }

    /** These, after a trial that the server answered with errors only. */
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

    /** For logs: what the server can do, what it cannot, and what is not known. */
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
