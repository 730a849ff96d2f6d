package io.berth.app;

import io.berth.object.ObjectStore;
import io.berth.object.s3.S3Capabilities;
import io.berth.object.s3.S3Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a store that speaks the protocol of S3 was seen to do, in words for administrators. */
final class S3Report {

    private S3Report() {}

    /**
     * A sentence for everything that is missing and what it means here.
     *
     * @param redirects whether clients are to be sent to the store
     */
    static List<String> missing(S3Capabilities can, boolean redirects) {
        List<String> sentences = new ArrayList<>();
        if (!can.createsInOneStep()) {
            sentences.add(
                    "The store replaces what it was asked to create only where nothing is"
                            + " (If-None-Match): two replicas that write the same object at the same"
                            + " moment do not notice each other.");
        }
        if (!can.replacesInOneStep()) {
            sentences.add(
                    "The store does not compare what it replaces (If-Match): of two pushes to one"
                            + " tag at the same moment, one may be lost without an error.");
        }
        if (!can.deletesInOneStep()) {
            sentences.add(
                    "The store does not compare what it deletes (If-Match): a tag that is pushed"
                            + " again at the moment its manifest is deleted may be deleted as well.");
        }
        if (!can.sha256()) {
            sentences.add(
                    "The store does not compare content with the SHA-256 that comes with it: what"
                            + " is damaged on its way there is found by who pulls it.");
        }
        if (!can.md5Etags()) {
            sentences.add(
                    "The store does not name versions by their MD5: each write that depends on"
                            + " another takes one request more.");
        }
        if (!can.batchDelete()) {
            sentences.add(
                    "The store does not delete many objects at once: each takes a request of its"
                            + " own.");
        }
        if (redirects && !can.presignedLinks()) {
            sentences.add(
                    "A link that clients would be sent to is not answered from here: if they cannot"
                            + " reach it either, set storage.s3.redirectendpoint to where they can,"
                            + " or storage.redirect.disable to true.");
        }
        return sentences;
    }

    /** The same for programs; nothing for another store. */
    static Map<String, Boolean> capabilities(ObjectStore store) {
        return store instanceof S3Store s3 ? named(s3.capabilities()) : Map.of();
    }

    private static Map<String, Boolean> named(S3Capabilities can) {
        Map<String, Boolean> named = new LinkedHashMap<>();
        named.put("createIfAbsent", can.createsInOneStep());
        named.put("replaceIfUnchanged", can.replacesInOneStep());
        named.put("deleteIfUnchanged", can.deletesInOneStep());
        named.put("sha256", can.sha256());
        named.put("md5Etags", can.md5Etags());
        named.put("batchDelete", can.batchDelete());
        named.put("presignedLinks", can.presignedLinks());
        return named;
    }
}
