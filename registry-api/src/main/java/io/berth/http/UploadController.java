package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.body.CoalescingInputStream;
import io.berth.http.message.ContentRange;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
import io.berth.http.response.ApiHeaders;
import io.berth.http.response.HeaderedRegistryException;
import io.berth.http.response.Responses;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath.BlobAt;
import io.berth.http.route.RegistryPath.UploadAt;
import io.berth.http.route.RegistryPath.Uploads;
import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.RepositoryName;
import io.berth.registry.MountSource;
import io.berth.registry.RegistryWriter;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pushes blobs (distribution-spec, "Pushing blobs" and "Mounting a blob from another repository").
 * Ignores {@code Content-Type}, as clients send various types.
 */
final class UploadController {

    private static final byte[] NOTHING = {};

    private final RegistryWriter registry;
    private final ApiUrls urls;
    private final Supplier<Predicate<RepositoryName>> readable;

    /**
     * @param readable which repositories the current caller may pull from
     */
    UploadController(
            RegistryWriter registry, ApiUrls urls, Supplier<Predicate<RepositoryName>> readable) {
        this.registry = registry;
        this.urls = urls;
        this.readable = readable;
    }

    /**
     * Opens a session, unless the query asks to mount an existing blob (end-11) or the request has
     * the whole content (end-4b). Where a mount is not possible, a session is opened, as clients
     * expect.
     */
    void post(Uploads path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        QueryString query = QueryString.of(request.getQueryString());
        String algorithm = query.first(QueryParameter.DIGEST_ALGORITHM);
        if (algorithm != null) {
            HashAlgorithm.of(algorithm); // is only checked: the digest of the last request decides
        }
        BlobAt mounted = mounted(path, query);
        if (mounted != null) {
            created(mounted, request, response);
            return;
        }
        String digest = query.first(QueryParameter.DIGEST);
        if (digest != null) {
            BlobAt blob = new BlobAt(path.repository(), storable(digest));
            if (offersContent(request, blob.digest())) {
                registry.putBlob(blob.repository(), blob.digest(), whole(request));
                created(blob, request, response);
                return;
            }
        }
        try (Upload upload = registry.startUpload(path.repository())) {
            identify(upload, request, response);
            response.setHeader("Range", stored(upload));
            Responses.empty(response, HttpServletResponse.SC_ACCEPTED);
        }
    }

    void patch(UploadAt path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try (Upload upload = resumed(path, request)) {
            try {
                upload.append(chunk(request));
            } catch (RegistryException e) {
                throw withProgress(e, upload, request);
            }
            identify(upload, request, response);
            response.setHeader("Range", stored(upload));
            Responses.empty(response, HttpServletResponse.SC_ACCEPTED);
        }
    }

    void put(UploadAt path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String given = QueryString.of(request.getQueryString()).first(QueryParameter.DIGEST);
        if (given == null) {
            throw new RegistryException(
                    ErrorCode.DIGEST_INVALID, "the digest of the blob is missing from the query");
        }
        Digest digest = storable(given);
        try (Upload upload = resumed(path, request)) {
            try {
                upload.commit(digest, chunk(request));
            } catch (RegistryException e) {
                throw withProgress(e, upload, request);
            }
        }
        created(new BlobAt(path.repository(), digest), request, response);
    }

    /** Resumes a session at the state that the last response put into its URL. */
    private Upload resumed(UploadAt path, HttpServletRequest request) {
        String state = QueryString.of(request.getQueryString()).first(QueryParameter.STATE);
        return registry.resumeUpload(path.repository(), path.id(), state);
    }

    /**
     * The progress of a session, for GET and HEAD. It is read from storage; the state in the query
     * is ignored. Never waits for a request that is appending to the session.
     */
    void get(UploadAt path, HttpServletRequest request, HttpServletResponse response) {
        try (Upload upload = registry.resumeUpload(path.repository(), path.id(), Upload.ASK)) {
            identify(upload, request, response);
            response.setHeader("Range", stored(upload));
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        }
    }

    void delete(UploadAt path, HttpServletRequest request, HttpServletResponse response) {
        try (Upload upload = registry.resumeUpload(path.repository(), path.id(), Upload.ASK)) {
            upload.cancel();
        }
        response.setHeader(ApiHeaders.UPLOAD_UUID, path.id().toString());
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    /**
     * The mounted blob; {@code null} when the query asks for no mount, for one that is not
     * possible, from a repository that the caller may not pull from, or has invalid names.
     */
    private @Nullable BlobAt mounted(Uploads path, QueryString query) {
        BlobAt blob;
        MountSource source;
        try {
            String mount = query.first(QueryParameter.MOUNT);
            if (mount == null) {
                return null;
            }
            blob = new BlobAt(path.repository(), Digest.of(mount));
            String from = query.first(QueryParameter.FROM);
            source =
                    from == null
                            ? new MountSource.Anywhere(readable.get())
                            : new MountSource.From(RepositoryName.of(from));
            if (source instanceof MountSource.From(RepositoryName repository)
                    && !readable.get().test(repository)) {
                return null;
            }
        } catch (RegistryException e) {
            return null;
        }
        return registry.mountBlob(blob.repository(), blob.digest(), source).isPresent()
                ? blob
                : null;
    }

    /**
     * Whether the request has the content: some clients send only the digest, to probe for support.
     */
    private static boolean offersContent(HttpServletRequest request, Digest digest) {
        boolean hasBody =
                request.getContentLengthLong() > 0
                        || request.getHeader("Transfer-Encoding") != null
                        || request.getProtocol().startsWith("HTTP/2");
        return hasBody
                || Digest.ofContent(HashAlgorithm.of(digest.algorithm()), NOTHING).equals(digest);
    }

    /**
     * Parses a digest under which content can be stored.
     *
     * @throws RegistryException DIGEST_INVALID when its algorithm is not supported, before any of
     *     the content is read
     */
    private static Digest storable(String text) {
        Digest digest = Digest.of(text);
        HashAlgorithm.of(digest.algorithm());
        return digest;
    }

    private static UploadChunk whole(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        return new UploadChunk(
                body(request),
                OptionalLong.empty(),
                length < 0 ? OptionalLong.empty() : OptionalLong.of(length));
    }

    private static UploadChunk chunk(HttpServletRequest request) throws IOException {
        String header = request.getHeader("Content-Range");
        if (header == null) {
            return whole(request);
        }
        ByteRange range =
                ContentRange.parse(header)
                        .orElseThrow(
                                () ->
                                        new RegistryException(
                                                ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                                                "Content-Range must be of the form first-last"));
        return new UploadChunk(
                body(request), OptionalLong.of(range.first()), OptionalLong.of(range.length()));
    }

    private static InputStream body(HttpServletRequest request) throws IOException {
        return new CoalescingInputStream(request.getInputStream(), request.getContentLengthLong());
    }

    /** Adds headers that tell a client whose chunk was out of order where to continue. */
    private RegistryException withProgress(
            RegistryException failure, Upload upload, HttpServletRequest request) {
        return failure.code() == ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER
                ? new HeaderedRegistryException(
                        failure,
                        Map.of(
                                "Location",
                                List.of(location(upload, request)),
                                "Range",
                                List.of(exactlyStored(upload))))
                : failure;
    }

    /**
     * The range of the stored bytes. An empty session has the range of a single byte, as with every
     * registry: {@code 0--1} is not a range, and clients fail to parse it.
     */
    private static String stored(Upload upload) {
        return "0-" + Math.max(0, upload.size() - 1);
    }

    /**
     * The exact range of the stored bytes, for the error of a chunk that was out of order: {@code
     * 0--1} for an empty session. Clients that read the header of this error can parse that.
     */
    private static String exactlyStored(Upload upload) {
        return "0-" + (upload.size() - 1);
    }

    private void identify(Upload upload, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Location", location(upload, request));
        response.setHeader(ApiHeaders.UPLOAD_UUID, upload.id().toString());
    }

    private String location(Upload upload, HttpServletRequest request) {
        String location = urls.location(request, new UploadAt(upload.repository(), upload.id()));
        return upload.state()
                .map(state -> location + "?" + QueryParameter.STATE.key() + "=" + state)
                .orElse(location);
    }

    private void created(BlobAt blob, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Location", urls.location(request, blob));
        response.setHeader(ApiHeaders.CONTENT_DIGEST, blob.digest().toString());
        Responses.empty(response, HttpServletResponse.SC_CREATED);
    }
}
