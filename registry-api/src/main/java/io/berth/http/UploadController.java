package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.RegistryPath.BlobAt;
import io.berth.http.RegistryPath.UploadAt;
import io.berth.http.RegistryPath.Uploads;
import io.berth.http.message.ContentRange;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
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
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Pushing blobs (distribution-spec, "Pushing blobs" and "Mounting a blob from another repository").
 * The type of a body is never looked at: clients send whatever they like.
 */
final class UploadController {

    private static final byte[] NOTHING = {};

    private final RegistryWriter registry;
    private final ApiUrls urls;

    UploadController(RegistryWriter registry, ApiUrls urls) {
        this.registry = registry;
        this.urls = urls;
    }

    /**
     * Opens a session, unless the query offers something shorter: a blob that is here already
     * (end-11), or the whole content with this request (end-4b). Where a mount does not work out a
     * session is opened all the same, for clients give up on anything else.
     */
    void post(Uploads path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        QueryString query = QueryString.of(request.getQueryString());
        String algorithm = query.first(QueryParameter.DIGEST_ALGORITHM);
        if (algorithm != null) {
            HashAlgorithm.of(algorithm); // an announcement: the digest at the end is what counts
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
            Answer.empty(response, HttpServletResponse.SC_ACCEPTED);
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
            Answer.empty(response, HttpServletResponse.SC_ACCEPTED);
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

    /** Takes a session up where the client's last request left it. */
    private Upload resumed(UploadAt path, HttpServletRequest request) {
        String state = QueryString.of(request.getQueryString()).first(QueryParameter.STATE);
        return registry.resumeUpload(path.repository(), path.id(), state);
    }

    /**
     * Where a session stands; also for HEAD. Who asks wants to know what has arrived, and is not
     * told what it says itself. Never waits for a request that is adding to the session.
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
     * The blob that the query has mounted; {@code null} when it asks for no mount, for one that
     * does not work out, or for one in words that cannot name a blob.
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
                            ? new MountSource.Anywhere(_ -> true) // no access control yet
                            : new MountSource.From(RepositoryName.of(from));
        } catch (RegistryException e) {
            return null;
        }
        return registry.mountBlob(blob.repository(), blob.digest(), source).isPresent()
                ? blob
                : null;
    }

    /** Some clients name the digest but send nothing, to see whether that is supported. */
    private static boolean offersContent(HttpServletRequest request, Digest digest) {
        boolean hasBody =
                request.getContentLengthLong() > 0
                        || request.getHeader("Transfer-Encoding") != null
                        || request.getProtocol().startsWith("HTTP/2");
        return hasBody
                || Digest.ofContent(HashAlgorithm.of(digest.algorithm()), NOTHING).equals(digest);
    }

    /**
     * @throws RegistryException DIGEST_INVALID when nothing can be stored under it, before any of
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
                                                "Content-Range is not of the form first-last"));
        return new UploadChunk(
                body(request), OptionalLong.of(range.first()), OptionalLong.of(range.length()));
    }

    private static InputStream body(HttpServletRequest request) throws IOException {
        return new GatheredBody(request.getInputStream(), request.getContentLengthLong());
    }

    /** A client whose chunk was out of order learns where to go on. */
    private RegistryException withProgress(
            RegistryException failure, Upload upload, HttpServletRequest request) {
        return failure.code() == ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER
                ? new RefusedException(
                        failure,
                        Map.of("Location", location(upload, request), "Range", nextAfter(upload)))
                : failure;
    }

    /**
     * The bytes that are stored. An empty session and one of a single byte look the same, as with
     * every registry: {@code 0--1} is no range, and clients fail to read it.
     */
    private static String stored(Upload upload) {
        return "0-" + Math.max(0, upload.size() - 1);
    }

    /**
     * The same for a client that went on from a wrong place, which must be told the right one:
     * {@code 0--1} for an empty session. Those that read this header of a refusal can read that.
     */
    private static String nextAfter(Upload upload) {
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
        Answer.empty(response, HttpServletResponse.SC_CREATED);
    }
}
