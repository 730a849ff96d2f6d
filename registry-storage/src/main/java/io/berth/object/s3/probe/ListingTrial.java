package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.ETags;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3SetupException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Whether the server lists keys in the order of their bytes, without which it cannot be used. */
record ListingTrial(ProbeObjects objects) {

    private static final String FOLDER = "listed/";

    /** Names in the order of their bytes; every other order is different. */
    private static final List<String> NAMES = List.of("a-", "a.", "a/1", "a0");

    /** The first object that is listed. */
    static final String FIRST = FOLDER + "a-";

    Set<Ability> list() {
        Map<String, String> etags = new HashMap<>();
        for (String name : NAMES) {
            if (!FIRST.equals(FOLDER + name)) {
                etags.put(name, ETags.bare(objects.make(objects.key(FOLDER + name))));
            }
        }
        ListObjectsV2Response answer = ask(list -> {});
        // Some servers also list temporary files of writes that are under way.
        List<String> all = names(answer);
        if (!all.stream().filter(NAMES::contains).toList().equals(NAMES)) {
            throw wrong("in the order of its bytes", all);
        }
        String afterFolder = objects.bucket().keyOf(objects.below(FOLDER + "a")) + "/~";
        List<String> folded = names(ask(list -> list.delimiter("/").startAfter(afterFolder)));
        if (!folded.stream().filter(NAMES::contains).findFirst().equals(Optional.of("a0"))) {
            throw wrong("after a key", folded);
        }
        return hasAll(answer, etags) ? EnumSet.of(Ability.LISTED_ETAGS) : Set.of();
    }

    private boolean hasAll(ListObjectsV2Response listed, Map<String, String> etags) {
        return listed.contents().stream()
                        .filter(
                                object ->
                                        object.eTag() != null
                                                && ETags.bare(object.eTag())
                                                        .equals(etags.get(nameOf(object.key()))))
                        .count()
                == etags.size();
    }

    private S3SetupException wrong(String how, List<String> listed) {
        return new S3SetupException(
                "The server of bucket "
                        + objects.bucket().name()
                        + " does not list keys "
                        + how
                        + ", but as "
                        + listed
                        + ".",
                "Use a bucket that does; directory buckets do not.");
    }

    private String prefix() {
        String first = objects.bucket().keyOf(objects.first());
        return first.substring(0, first.lastIndexOf('/') + 1);
    }

    private String nameOf(String key) {
        return key.substring(prefix().length());
    }

    private ListObjectsV2Response ask(Consumer<ListObjectsV2Request.Builder> more) {
        Bucket bucket = objects.bucket();
        ListObjectsV2Request.Builder list =
                ListObjectsV2Request.builder().bucket(bucket.name()).prefix(prefix());
        more.accept(list);
        try {
            return bucket.clients().once.listObjectsV2(list.build());
        } catch (SdkException e) {
            throw InconclusiveException.or(
                    SetupProblems.lacking(
                            bucket,
                            "cannot be listed",
                            "Allow it to be listed (s3:ListBucket).",
                            e),
                    e);
        }
    }

    /** The names that are listed, those of folders first. */
    private List<String> names(ListObjectsV2Response answer) {
        List<String> names = new ArrayList<>();
        for (S3Object object : answer.contents()) {
            names.add(nameOf(object.key()));
        }
        for (CommonPrefix folder : answer.commonPrefixes()) {
            names.add(0, nameOf(folder.prefix()));
        }
        return names;
    }
}
