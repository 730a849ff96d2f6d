package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.EntityTags;
import io.berth.http.message.RequestedRange;
import io.berth.http.response.ApiHeaders;
import io.berth.http.response.BlobSender;
import io.berth.http.response.HeaderedRegistryException;
import io.berth.http.response.MultipartRanges;
import io.berth.http.response.Responses;
import io.berth.http.route.RegistryPath.BlobAt;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.registry.Blob;
import io.berth.registry.Registry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reading and removing blobs (distribution-spec, "Pulling blobs" and "Deleting Blobs"). */
final class BlobController {

    private final Registry registry;
    private final BlobSender sender;

    BlobController(Registry registry, BlobSender sender) {
        this.registry = registry;
        this.sender = sender;
    }

    void get(BlobAt path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<URI> link = registry.blobLink(path.repository(), path.digest());
        if (link.isPresent()) {
            if (!answersNotModified(path.digest(), request, response)) {
                response.setHeader("Location", link.get().toString());
                response.setHeader(ApiHeaders.CONTENT_DIGEST, path.digest().toString());
                Responses.empty(response, HttpServletResponse.SC_TEMPORARY_REDIRECT);
            }
            return;
        }
        Blob blob = registry.blob(path.repository(), path.digest());
        if (answersNotModified(path.digest(), request, response)) {
            return;
        }
        long size = blob.descriptor().size();
        switch (requestedRange(request, path.digest(), size)) {
            case RequestedRange.Everything _ -> {
                describe(blob.descriptor(), response);
                sender.send(blob, ByteRange.all(size), request, response);
            }
            case RequestedRange.Parts(List<ByteRange> ranges) -> {
                describe(blob.descriptor(), response);
                response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
                sendParts(blob, ranges, request, response);
            }
            case RequestedRange.Unsatisfiable _ ->
                    throw new HeaderedRegistryException(
                            new RegistryException(ErrorCode.RANGE_INVALID),
                            Map.of("Content-Range", List.of("bytes */" + size)));
        }
    }

    /**
     * Never redirects, unlike GET: most clients send HEAD to find out whether they must push the
     * blob.
     */
    void head(BlobAt path, HttpServletRequest request, HttpServletResponse response) {
        Descriptor blob = registry.blob(path.repository(), path.digest()).descriptor();
        if (!answersNotModified(path.digest(), request, response)) {
            describe(blob, response);
            response.setContentLengthLong(blob.size());
        }
    }

    void delete(BlobAt path, HttpServletRequest request, HttpServletResponse response) {
        registry.deleteBlob(path.repository(), path.digest());
        Responses.empty(response, HttpServletResponse.SC_ACCEPTED);
    }

    private static boolean answersNotModified(
            Digest digest, HttpServletRequest request, HttpServletResponse response) {
        if (!EntityTags.anyMatches(request.getHeaders("If-None-Match"), digest.toString())) {
            return false;
        }
        identify(digest, response);
        response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        return true;
    }

    /**
     * The range that the client asks for. {@code If-Range} with another digest makes it the whole
     * blob.
     */
    private static RequestedRange requestedRange(
            HttpServletRequest request, Digest digest, long size) {
        String condition = request.getHeader("If-Range");
        boolean holds = condition == null || condition.strip().equals(EntityTags.of(digest));
        return RequestedRange.of(holds ? request.getHeader("Range") : null, size);
    }

    private static void describe(Descriptor blob, HttpServletResponse response) {
        identify(blob.digest(), response);
        response.setHeader("Accept-Ranges", "bytes");
        response.setContentType(MediaType.OCTET_STREAM.value());
    }

    private static void identify(Digest digest, HttpServletResponse response) {
        response.setHeader(ApiHeaders.CONTENT_DIGEST, digest.toString());
        response.setHeader("ETag", EntityTags.of(digest));
        response.setHeader("Cache-Control", ApiHeaders.FOR_EVER);
    }

    private void sendParts(
            Blob blob,
            List<ByteRange> ranges,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        long size = blob.descriptor().size();
        if (ranges.size() == 1) {
            ByteRange range = ranges.getFirst();
            response.setHeader("Content-Range", MultipartRanges.contentRange(range, size));
            sender.send(blob, range, request, response);
        } else {
            new MultipartRanges(ranges, size).send(blob, sender, response);
        }
    }
}
