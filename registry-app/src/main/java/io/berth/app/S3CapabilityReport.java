package io.berth.app;

import io.berth.object.ObjectStore;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Capabilities.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/** What the capability probe found out about an S3 store, in words for administrators. */
final class S3CapabilityReport {

    /** A capability that a store may lack, and the sentence that says what follows. */
    private record Lack(Trial trial, Predicate<S3Capabilities> there, String sentence) {}

    private static final List<Lack> LACKS =
            List.of(
                    new Lack(
                            Trial.CREATE,
                            S3Capabilities::createsInOneStep,
                            "The store replaces what it was asked to create only where nothing is"
                                    + " (If-None-Match): two replicas that write the same object at"
                                    + " the same moment do not notice each other."),
                    new Lack(
                            Trial.REPLACE,
                            S3Capabilities::replacesInOneStep,
                            "The store does not compare what it replaces (If-Match): of two pushes"
                                    + " to one tag at the same moment, one may be lost without an"
                                    + " error."),
                    new Lack(
                            Trial.DELETE,
                            S3Capabilities::deletesInOneStep,
                            "The store does not compare what it deletes (If-Match): a tag that is"
                                    + " pushed again at the moment its manifest is deleted may be"
                                    + " deleted as well."),
                    new Lack(
                            Trial.CHECKSUM,
                            can -> can.has(Ability.SHA256),
                            "The store does not compare content with the SHA-256 that comes with"
                                    + " it: what is damaged on its way there is found by who pulls"
                                    + " it."),
                    new Lack(
                            Trial.REPLACE,
                            can -> can.has(Ability.MD5_ETAGS),
                            "The store does not name versions by their MD5: each write that depends"
                                    + " on another takes one request more."),
                    new Lack(
                            Trial.BATCH_DELETE,
                            can -> can.has(Ability.BATCH_DELETE),
                            "The store does not delete many objects at once: each takes a request"
                                    + " of its own."),
                    new Lack(
                            Trial.PRESIGNED_URL,
                            can -> can.has(Ability.PRESIGNED_URLS),
                            "A link that clients would be sent to is not answered from here: if"
                                    + " they cannot reach it either, set storage.s3.redirectendpoint"
                                    + " to where they can, or storage.redirect.disable to true."));

    private S3CapabilityReport() {}

    /**
     * A sentence for each capability that is missing.
     *
     * @param redirects whether clients are redirected to the store
     */
    static List<String> missing(S3Capabilities can, boolean redirects) {
        List<String> sentences = new ArrayList<>();
        for (Lack lack : LACKS) {
            if (can.unclear().contains(lack.trial())) {
                continue; // reported together below
            }
            boolean matters = lack.trial() != Trial.PRESIGNED_URL || redirects;
            if (matters && !lack.there().test(can)) {
                sentences.add(lack.sentence());
            }
        }
        if (!can.unclear().isEmpty()) {
            sentences.add(
                    "What the store does is not known in all, for it was too busy or failed when it"
                            + " was tried out: the registry does not rely on it and tries again"
                            + " every half minute ("
                            + new TreeSet<>(can.unclear()).toString().toLowerCase(Locale.ROOT)
                            + ").");
        }
        return sentences;
    }

    /** The known capabilities by name, for programs; empty for a store other than S3. */
    static Map<String, Boolean> capabilities(ObjectStore store) {
        return store instanceof S3Store s3 ? named(s3.capabilities()) : Map.of();
    }

    private static Map<String, Boolean> named(S3Capabilities can) {
        Map<String, Boolean> named = new LinkedHashMap<>();
        put(named, can, Trial.CREATE, "createIfAbsent", can.createsInOneStep());
        put(named, can, Trial.REPLACE, "replaceIfUnchanged", can.replacesInOneStep());
        put(named, can, Trial.DELETE, "deleteIfUnchanged", can.deletesInOneStep());
        put(named, can, Trial.CHECKSUM, "sha256", can.has(Ability.SHA256));
        put(named, can, Trial.REPLACE, "md5Etags", can.has(Ability.MD5_ETAGS));
        put(named, can, Trial.BATCH_DELETE, "batchDelete", can.has(Ability.BATCH_DELETE));
        put(named, can, Trial.PRESIGNED_URL, "presignedLinks", can.has(Ability.PRESIGNED_URLS));
        return named;
    }

    private static void put(
            Map<String, Boolean> named,
            S3Capabilities can,
            Trial trial,
            String name,
            boolean there) {
        if (!can.unclear().contains(trial)) {
            named.put(name, there);
        }
    }
}
