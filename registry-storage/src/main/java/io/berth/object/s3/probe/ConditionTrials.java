package io.berth.object.s3.probe;

import static io.berth.object.s3.probe.Answers.isAccepted;
import static io.berth.object.s3.probe.Answers.isRefused;
import static io.berth.object.s3.probe.ProbeObjects.CONTENT;
import static io.berth.object.s3.probe.ProbeObjects.OTHER;

import io.berth.object.ObjectKey;
import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.ETags;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import java.util.EnumSet;
import java.util.Set;

/** Whether the server checks conditions of writes and deletes. */
record ConditionTrials(ProbeObjects objects) {

    /** An ETag that no object of a probe has. */
    private static final String WRONG_ETAG = "00000000000000000000000000000000";

    Set<Ability> create() {
        ObjectKey key = objects.newKey("create");
        boolean creates =
                isAccepted(() -> objects.put(key, CONTENT, put -> put.ifNoneMatch("*")))
                        && isRefused(() -> objects.put(key, OTHER, put -> put.ifNoneMatch("*")));
        return creates ? EnumSet.of(Ability.CREATE_IF_ABSENT) : EnumSet.noneOf(Ability.class);
    }

    Set<Ability> replace() {
        ObjectKey key = objects.newKey("replace");
        Set<Ability> found = EnumSet.noneOf(Ability.class);
        String bare = ETags.bare(objects.make(key));
        if (bare.equals(ETags.md5(CONTENT))) {
            found.add(Ability.MD5_ETAGS);
        }
        boolean takesQuoted = takes(key, ETags.quoted(bare));
        boolean takesBare = !takesQuoted && takes(key, bare);
        if (takesBare) {
            found.add(Ability.BARE_ETAGS);
        }
        String right = takesBare ? bare : ETags.quoted(bare);
        String wrong = takesBare ? WRONG_ETAG : ETags.quoted(WRONG_ETAG);
        if ((takesQuoted || takesBare) && refuses(key, wrong)) {
            found.add(Ability.REPLACE_IF_UNCHANGED);
        }
        if (refuses(objects.newKey("absent"), right)) {
            found.add(Ability.REPLACE_REFUSES_ABSENT);
        }
        return found;
    }

    private boolean takes(ObjectKey key, String etag) {
        return isAccepted(() -> objects.put(key, CONTENT, put -> put.ifMatch(etag)));
    }

    private boolean refuses(ObjectKey key, String etag) {
        return isRefused(() -> objects.put(key, OTHER, put -> put.ifMatch(etag)));
    }

    /** Tries bare and quoted ETags, as it is not known yet which of them the server accepts. */
    Set<Ability> delete() {
        ObjectKey key = objects.newKey("delete");
        Set<Ability> found = EnumSet.noneOf(Ability.class);
        String etag = objects.make(key);
        boolean refusesWrong = isRefused(() -> delete(key, ETags.quoted(WRONG_ETAG)));
        boolean takesRight =
                isAccepted(() -> delete(key, etag))
                        || isAccepted(() -> delete(key, ETags.bare(etag)));
        if (refusesWrong && takesRight) {
            found.add(Ability.DELETE_IF_UNCHANGED);
        }
        if (isRefused(() -> delete(key, etag))) {
            found.add(Ability.DELETE_REFUSES_ABSENT);
        }
        return found;
    }

    private void delete(ObjectKey key, String etag) {
        Bucket bucket = objects.bucket();
        bucket.clients()
                .once
                .deleteObject(
                        delete ->
                                delete.bucket(bucket.name()).key(bucket.keyOf(key)).ifMatch(etag));
    }
}
