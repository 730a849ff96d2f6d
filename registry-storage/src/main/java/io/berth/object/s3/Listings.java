package io.berth.object.s3;

import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.ObjectKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Asks what there is. A page of ours is a page of the server, unless nothing on it is ours. */
final class Listings {

    /** What a server gives at the most. */
    private static final int PAGE = 1000;

    /** Sorts behind every character of a key. */
    private static final String BEHIND_ALL = "~";

    private final Bucket bucket;

    Listings(Bucket bucket) {
        this.bucket = bucket;
    }

    Listing list(ListRequest request) {
        String prefix = request.prefix();
        String after = request.startAfter() == null ? "" : request.startAfter();
        if (after.compareTo(prefix) > 0 && !after.startsWith(prefix)) {
            return new Listing(List.of(), false); // all of it lies before
        }
        ListObjectsV2Request.Builder ask =
                ListObjectsV2Request.builder()
                        .bucket(bucket.name())
                        .prefix(bucket.root().prefix() + prefix)
                        .maxKeys(Math.min(request.limit(), PAGE));
        if (request.foldFolders()) {
            ask.delimiter("/");
        }
        if (after.startsWith(prefix) && after.length() > prefix.length()) {
            ask.startAfter(bucket.root().prefix() + behind(request, after));
        }
        try {
            while (true) {
                ListObjectsV2Response page = bucket.clients().repeating.listObjectsV2(ask.build());
                List<String> entries = entries(page, request, after);
                boolean more = Boolean.TRUE.equals(page.isTruncated());
                if (entries.isEmpty() && !more) {
                    bucket.sentinel().requireForAbsence();
                }
                if (!entries.isEmpty() || !more) {
                    return new Listing(entries, more);
                }
                ask.startAfter(null).continuationToken(page.nextContinuationToken());
            }
        } catch (SdkException e) {
            throw Failures.listing(prefix, e);
        }
    }

    /** A folded folder that is or holds {@code after} is skipped, not paged through. */
    private static String behind(ListRequest request, String after) {
        int slash = request.foldFolders() ? after.indexOf('/', request.prefix().length()) : -1;
        return slash < 0 ? after : after.substring(0, slash + 1) + BEHIND_ALL;
    }

    private List<String> entries(ListObjectsV2Response page, ListRequest request, String after) {
        List<String> entries = new ArrayList<>();
        for (S3Object object : page.contents()) {
            String key = bucket.root().strip(object.key());
            if (key != null) {
                entries.add(key);
            }
        }
        for (CommonPrefix folder : page.commonPrefixes()) {
            String text = folder.prefix();
            String key = bucket.root().strip(text.substring(0, text.length() - 1));
            if (key != null) {
                entries.add(key + "/");
            }
        }
        entries.removeIf(
                entry -> !entry.startsWith(request.prefix()) || entry.compareTo(after) <= 0);
        Collections.sort(entries);
        return entries;
    }

    /** All keys below a prefix, however many. */
    List<String> all(String prefix) {
        List<String> all = new ArrayList<>();
        Listing page;
        @Nullable String after = null;
        do {
            page = list(new ListRequest(prefix, after, false, PAGE));
            all.addAll(page.entries());
            after = all.isEmpty() ? null : all.getLast();
        } while (page.more());
        return all;
    }

    /** Aborts uploads of parts, of keys with a prefix, that were begun before a time. */
    void abortUploads(String prefix, Instant before) {
        ListMultipartUploadsRequest.Builder ask =
                ListMultipartUploadsRequest.builder()
                        .bucket(bucket.name())
                        .prefix(bucket.root().prefix() + prefix);
        try {
            ListMultipartUploadsResponse page;
            do {
                page = bucket.clients().repeating.listMultipartUploads(ask.build());
                for (MultipartUpload upload : page.uploads()) {
                    if (upload.initiated().isBefore(before)) {
                        abort(upload);
                    }
                }
                ask.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
            } while (Boolean.TRUE.equals(page.isTruncated()));
        } catch (SdkException e) {
            throw Failures.listing("unfinished uploads", e);
        }
    }

    private void abort(MultipartUpload upload) {
        String key = bucket.root().strip(upload.key());
        if (key == null) {
            return; // not of our making
        }
        try {
            PartUpload.abort(bucket, ObjectKey.of(key), upload.uploadId());
        } catch (SdkException e) {
            if (!Failures.isNoSuchUpload(e)) {
                throw Failures.removing(key, e);
            }
        }
    }
}
