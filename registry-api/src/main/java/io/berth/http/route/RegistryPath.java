package io.berth.http.route;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.PercentEncoding;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import org.jspecify.annotations.Nullable;

/**
 * The parsed path of a request (distribution-spec, "Endpoints"). Parsed once for each request, so
 * that routing, authorization and the controllers use the same value.
 */
public sealed interface RegistryPath {

    /** Name of the request attribute with the value, once the path is parsed. */
    String ATTRIBUTE = RegistryPath.class.getName();

    /** The path in a URL, which {@link #parse} turns into this value. */
    String path();

    /** The server as a whole, which only OPTIONS can name (RFC 9112, section 3.2.4). */
    record Server() implements RegistryPath {

        @Override
        public String path() {
            return "*";
        }
    }

    /** The root of the server, which load balancers and Harbor use as a probe. */
    record Root() implements RegistryPath {

        @Override
        public String path() {
            return "/";
        }
    }

    /** {@code /v2/}, end-1. */
    record Base() implements RegistryPath {

        @Override
        public String path() {
            return "/v2/";
        }
    }

    /** {@code /v2/_catalog}. */
    record Catalog() implements RegistryPath {

        @Override
        public String path() {
            return "/v2/_catalog";
        }
    }

    /** A path inside one repository. */
    sealed interface InRepository extends RegistryPath {

        RepositoryName repository();
    }

    /** {@code /v2/<name>/tags/list}, end-8. */
    record Tags(RepositoryName repository) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/tags/list";
        }
    }

    /**
     * {@code /v2/<name>/manifests/<reference>}, end-3, end-7, end-9.
     *
     * @param reference unchecked, as the error for a malformed one depends on the method
     */
    record ManifestAt(RepositoryName repository, String reference) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/manifests/" + reference;
        }
    }

    /** {@code /v2/<name>/blobs/<digest>}, end-2, end-10. */
    record BlobAt(RepositoryName repository, Digest digest) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/blobs/" + digest;
        }
    }

    /** {@code /v2/<name>/blobs/uploads/}, end-4, end-11; the last slash may be missing. */
    record Uploads(RepositoryName repository) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/blobs/uploads/";
        }
    }

    /** {@code /v2/<name>/blobs/uploads/<id>}, end-5, end-6, end-13, end-14. */
    record UploadAt(RepositoryName repository, UploadId id) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/blobs/uploads/" + id;
        }
    }

    /** {@code /v2/<name>/referrers/<digest>}, end-12. */
    record Referrers(RepositoryName repository, Digest subject) implements InRepository {

        @Override
        public String path() {
            return "/v2/" + repository + "/referrers/" + subject;
        }
    }

    /**
     * Parses a path from its right end, as a component of a name can be any word: {@code
     * a/tags/list} is a valid name of a repository.
     *
     * @param path of the URL, still encoded, without the query
     * @return {@code null} when the path is not of this API
     * @throws RegistryException PATH_UNKNOWN for an unknown path below {@code /v2/}; NAME_INVALID,
     *     DIGEST_INVALID or BLOB_UPLOAD_UNKNOWN for one with an invalid part
     */
    static @Nullable RegistryPath parse(String path) {
        if (path.startsWith("/v2/")) {
            return belowBase(PercentEncoding.decodePath(path.substring("/v2/".length())));
        }
        return switch (path) {
            case "*" -> new Server();
            case "/" -> new Root();
            case "/v2" -> new Base();
            default -> null;
        };
    }

    private static RegistryPath belowBase(String path) {
        if (path.isEmpty()) {
            return new Base();
        }
        if (path.equals("_catalog")) {
            return new Catalog();
        }
        if (path.endsWith("/tags/list")) {
            return new Tags(name(path, "/tags/list"));
        }
        if (path.endsWith("/blobs/uploads/")) {
            return new Uploads(name(path, "/blobs/uploads/"));
        }
        if (path.endsWith("/blobs/uploads")) {
            return new Uploads(name(path, "/blobs/uploads"));
        }
        int slash = path.lastIndexOf('/');
        String parent = path.substring(0, Math.max(slash, 0));
        String leaf = path.substring(slash + 1);
        if (parent.endsWith("/manifests")) {
            return new ManifestAt(name(parent, "/manifests"), leaf);
        }
        if (parent.endsWith("/blobs/uploads")) {
            return new UploadAt(name(parent, "/blobs/uploads"), UploadId.of(leaf));
        }
        if (parent.endsWith("/blobs")) {
            return new BlobAt(name(parent, "/blobs"), Digest.of(leaf));
        }
        if (parent.endsWith("/referrers")) {
            return new Referrers(name(parent, "/referrers"), Digest.of(leaf));
        }
        throw new RegistryException(ErrorCode.PATH_UNKNOWN);
    }

    private static RepositoryName name(String path, String suffix) {
        return RepositoryName.of(path.substring(0, path.length() - suffix.length()));
    }
}
