package io.berth.object.s3.bucket;

import io.berth.concurrent.TaskGroup;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.Listing.Entry;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists objects and unfinished multipart uploads. A page is a page of the server; pages that have
 * no key of the store are skipped. Thread-safe.
 */
public final class Listings {

    /** The most entries that a server returns in one page. */
    private static final int PAGE = 1000;

    /** Sorts after every character that a key can have. */
    private static final String LAST = "~";

    /** Concurrent HEAD requests, where a page needs one for each object. */
    private static final int HEADS = 8;

    private final Bucket bucket;
    private final Supplier<S3Capabilities> capabilities;

    /**
     * @param capabilities the current ones
     */
    public Listings(Bucket bucket, Supplier<S3Capabilities> capabilities) {
        this.bucket = bucket;
        this.capabilities = capabilities;
    }

    /**
     * Lists one page. Makes one request for each page of the server that is read, and one for each
     * object where its info is requested and the server does not list ETags.
     *
     * @throws ObjectStoreException.Unavailable when the request fails, or the page is empty and the
     *     sentinel is missing
     */
    public Listing list(ListRequest request) {
        String prefix = request.prefix();
        String after = request.startAfter() == null ? "" : request.startAfter();
        if (after.compareTo(prefix) > 0 && !after.startsWith(prefix)) {
            return new Listing(List.of(), false); // every key with the prefix sorts before it
        }
        ListObjectsV2Request.Builder ask =
                ListObjectsV2Request.builder()
                        .bucket(bucket.name())
                        .prefix(bucket.prefix().value() + prefix)
                        .maxKeys(Math.min(request.limit(), PAGE));
        if (request.foldFolders()) {
            ask.delimiter("/");
        }
        if (after.startsWith(prefix) && after.length() > prefix.length()) {
            ask.startAfter(bucket.prefix().value() + startAfter(request, after));
        }
        try {
            while (true) {
                ListObjectsV2Response page = bucket.clients().retrying.listObjectsV2(ask.build());
                List<Entry> entries = entries(page, request, after);
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
            throw S3Errors.listing(prefix, e);
        }
    }

    /** Skips the rest of a folded folder that is, or contains, {@code after}. */
    private static String startAfter(ListRequest request, String after) {
        int slash = request.foldFolders() ? after.indexOf('/', request.prefix().length()) : -1;
        return slash < 0 ? after : after.substring(0, slash + 1) + LAST;
    }

    private List<Entry> entries(ListObjectsV2Response page, ListRequest request, String after) {
        List<Entry> entries = new ArrayList<>();
        for (S3Object object : page.contents()) {
            String key = bucket.prefix().strip(object.key());
            if (key != null) {
                entries.add(new Entry(key, request.info() ? info(object) : null));
            }
        }
        for (CommonPrefix folder : page.commonPrefixes()) {
            String text = folder.prefix();
            String key = bucket.prefix().strip(text.substring(0, text.length() - 1));
            if (key != null) {
                entries.add(new Entry(key + "/", null));
            }
        }
        entries.removeIf(
                entry ->
                        !entry.key().startsWith(request.prefix())
                                || entry.key().compareTo(after) <= 0);
        entries.sort(Comparator.comparing(Entry::key));
        return request.info() && !capabilities.get().has(Ability.LISTED_ETAGS)
                ? withInfos(entries)
                : entries;
    }

    private static ObjectInfo info(S3Object object) {
        return new ObjectInfo(object.size(), object.lastModified(), ETags.version(object.eTag()));
    }

    /**
     * The entries with the infos from HEAD requests, without objects that were removed meanwhile.
     */
    private List<Entry> withInfos(List<Entry> listed) {
        Map<String, ObjectInfo> infos = new ConcurrentHashMap<>();
        TaskGroup heads = new TaskGroup(HEADS);
        for (Entry entry : listed) {
            if (entry.info() != null) {
                heads.run(() -> head(entry.key(), infos));
            }
        }
        heads.await();
        return listed.stream()
                .filter(entry -> entry.info() == null || infos.containsKey(entry.key()))
                .map(entry -> new Entry(entry.key(), infos.get(entry.key())))
                .toList();
    }

    private void head(String key, Map<String, ObjectInfo> infos) {
        try {
            infos.put(key, bucket.head(ObjectKey.of(key)));
        } catch (ObjectStoreException.NotFound e) {
            // The object was removed meanwhile.
        }
    }

    /** All keys with a prefix, page by page. */
    public List<String> all(String prefix) {
        List<String> all = new ArrayList<>();
        Listing page;
        @Nullable String after = null;
        do {
            page = list(new ListRequest(prefix, after, false, PAGE));
            all.addAll(page.keys());
            after = all.isEmpty() ? null : all.getLast();
        } while (page.more());
        return all;
    }

    /**
     * Aborts the multipart uploads of keys with a prefix that were begun before a time.
     *
     * @throws ObjectStoreException.Unavailable when some may be left
     */
    public void abortUploads(String prefix, Instant before) {
        ListMultipartUploadsRequest.Builder ask =
                ListMultipartUploadsRequest.builder()
                        .bucket(bucket.name())
                        .prefix(bucket.prefix().value() + prefix);
        try {
            ListMultipartUploadsResponse page;
            do {
                page = bucket.clients().retrying.listMultipartUploads(ask.build());
                for (MultipartUpload upload : page.uploads()) {
                    if (upload.initiated().isBefore(before)) {
                        abort(upload);
                    }
                }
                ask.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
            } while (Boolean.TRUE.equals(page.isTruncated()));
        } catch (SdkException e) {
            throw S3Errors.listing("unfinished uploads", e);
        }
    }

    private void abort(MultipartUpload upload) {
        String key = bucket.prefix().strip(upload.key());
        if (key == null) {
            return; // not an upload of the store
        }
        try {
            bucket.abortUpload(ObjectKey.of(key), upload.uploadId());
        } catch (SdkException e) {
            if (!S3Errors.isNoSuchUpload(e)) {
                throw S3Errors.deleting(key, e);
            }
        }
    }
}
