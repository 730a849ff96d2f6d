package io.berth.object.s3;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a server was seen to do when the store was opened. Where it lacks something the store does
 * the second best, which each ability says.
 *
 * @param abilities what it was seen to do
 * @param unclear trials that came to no result, because the server was too busy, could not be
 *     reached, or failed. What they are about counts as missing, so the store looks first where it
 *     would rely on a condition; it sends the condition besides. They are made again in the
 *     background.
 * @param failed of these, what the server answered with failures of its own each time: it is not
 *     asked of it until a trial has shown that it can
 */
public record S3Capabilities(Set<Ability> abilities, Set<Trial> unclear, Set<Trial> failed) {

    /** What is tried out together. */
    public enum Trial {
        CREATE,
        REPLACE,
        DELETE,
        MULTIPART,
        COPY,
        LISTING,
        CHECKSUM,
        LINK,
        BATCH_DELETE
    }

    /** Something that servers differ in. */
    public enum Ability {
        /**
         * A write for which nothing may be there is refused when there is something; without it,
         * the store looks first.
         */
        CREATE_IF_ABSENT(Trial.CREATE),
        /**
         * A write that names the object it replaces is refused when that is another; without it,
         * the store looks first.
         */
        REPLACE_IF_UNCHANGED(Trial.REPLACE),
        /** ... and when there is none; without it, the store looks first. */
        REPLACE_REFUSES_ABSENT(Trial.REPLACE),
        /** The object to replace is named without the quotes in which the server names it. */
        BARE_ETAGS(Trial.REPLACE),
        /** That name is the MD5 of the content; without it, conditional writes read first. */
        MD5_ETAGS(Trial.REPLACE),
        /** As {@link #REPLACE_IF_UNCHANGED}, for deletes. */
        DELETE_IF_UNCHANGED(Trial.DELETE),
        /** As {@link #REPLACE_REFUSES_ABSENT}, for deletes. */
        DELETE_REFUSES_ABSENT(Trial.DELETE),
        /**
         * As {@link #CREATE_IF_ABSENT}, for objects of several parts; the store does not need it.
         */
        COMPLETE_IF_ABSENT(Trial.MULTIPART),
        /**
         * Content is compared with the SHA-256 that is sent with it; without it, what is damaged on
         * its way is found when it is read.
         */
        SHA256(Trial.CHECKSUM),
        /** Many objects are deleted in one request; without it, each in its own. */
        BATCH_DELETE(Trial.BATCH_DELETE),
        /** ... which must come with its MD5. */
        BATCH_DELETE_NEEDS_MD5(Trial.BATCH_DELETE),
        /**
         * A link is answered from here; without it the store gives them all the same, for clients
         * may reach what this machine does not.
         */
        PRESIGNED_LINKS(Trial.LINK);

        private final Trial trial;

        Ability(Trial trial) {
            this.trial = trial;
        }
    }

    /** Nothing is known. */
    static final S3Capabilities UNKNOWN =
            new S3Capabilities(Set.of(), EnumSet.allOf(Trial.class), Set.of());

    public S3Capabilities {
        abilities = Set.copyOf(abilities);
        unclear = Set.copyOf(unclear);
        failed = Set.copyOf(failed);
    }

    /** All trials came to a result. */
    public static S3Capabilities of(Set<Ability> abilities) {
        return new S3Capabilities(abilities, Set.of(), Set.of());
    }

    public boolean has(Ability ability) {
        return abilities.contains(ability);
    }

    /** Whether it is worth asking for: it is there, or nothing is known against it. */
    boolean mayHave(Ability ability) {
        return has(ability) || (unclear.contains(ability.trial) && !failed.contains(ability.trial));
    }

    /** Whether creating is one step with looking. */
    public boolean createsInOneStep() {
        return has(Ability.CREATE_IF_ABSENT);
    }

    /** Whether replacing a known content is one step with looking. */
    public boolean replacesInOneStep() {
        return has(Ability.REPLACE_IF_UNCHANGED) && has(Ability.REPLACE_REFUSES_ABSENT);
    }

    /** Whether deleting a known content is one step with looking. */
    public boolean deletesInOneStep() {
        return has(Ability.DELETE_IF_UNCHANGED) && has(Ability.DELETE_REFUSES_ABSENT);
    }

    /** The same with what a trial has shown since. */
    S3Capabilities with(Trial trial, Set<Ability> found) {
        Set<Ability> all = EnumSet.noneOf(Ability.class);
        all.addAll(abilities);
        all.removeIf(ability -> ability.trial == trial);
        all.addAll(found);
        return new S3Capabilities(all, without(unclear, trial), without(failed, trial));
    }

    /** The same after a trial without a result. */
    S3Capabilities withFailure(Trial trial) {
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

    /** For people: what the server can do, what it cannot, and what is not known. */
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
        (has(Ability.SHA256) ? can : cannot).add("SHA-256");
        (has(Ability.BATCH_DELETE) ? can : cannot)
                .add(
                        has(Ability.BATCH_DELETE_NEEDS_MD5)
                                ? "batch delete with MD5"
                                : "batch delete");
        (has(Ability.PRESIGNED_LINKS) ? can : cannot).add("presigned links");
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
