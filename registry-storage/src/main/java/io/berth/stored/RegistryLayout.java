package io.berth.stored;

import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;

/**
 * The storage tree: the one place where values become keys. It is a file format that other
 * registries read and write, too.
 *
 * <pre>
 * docker/registry/v2/
 *   blobs/ALG/HH/HEX/data                        content of layers, configs and manifests; HH: first two of HEX
 *   repositories/NAME/
 *     _layers/ALG/HEX/link                       the repository holds this blob
 *     _manifests/revisions/ALG/HEX/link          the repository holds this manifest
 *     _manifests/tags/TAG/index/ALG/HEX/link     TAG was pointed at this manifest at some time
 *     _manifests/tags/TAG/current/link           what TAG points at
 *     _uploads/ID/startedat                      an upload session, with the time it began
 *     _uploads/ID/data                           its bytes so far
 *     _berth/complete                            the two indexes below know everything; see Ownership
 *     _berth/tags/ALG/HEX/TAG=                   index: TAG may point at this manifest
 *     _berth/referrers/ALG/HEX/ALG/HEX           index: the second digest may be a referrer of the first
 *   _berth/owner                                 only Berth writes this tree; see Ownership
 *   _berth/tmp/                                  of the disk store
 * </pre>
 *
 * <p>A {@code link} holds a digest, nothing else. A repository's name may contain slashes but no
 * component of it begins with an underscore, which is how its own folders are told from the
 * repositories below it. Everything under {@code _berth} is derived and may be deleted at any time.
 */
final class RegistryLayout {

    static final String ROOT = "docker/registry/v2/";
    static final String REPOSITORIES = ROOT + "repositories/";
    static final String BLOBS = ROOT + "blobs/";

    /** The child of a repository's folder that is there once it has held a manifest. */
    static final String MANIFESTS = "_manifests/";

    /** The child of a repository's folder that is there while it has upload sessions. */
    static final String UPLOADS = "_uploads/";

    /** No tag ends so: an entry is never taken for a temporary file, whatever the tag's name. */
    private static final String ENTRY_END = "=";

    private RegistryLayout() {}

    static ObjectKey blob(Digest digest) {
        String hex = digest.encoded();
        return ObjectKey.of(
                BLOBS + digest.algorithm() + "/" + hex.substring(0, 2) + "/" + hex + "/data");
    }

    static ObjectKey layerLink(RepositoryName repository, Digest digest) {
        return ObjectKey.of(folder(repository) + "_layers/" + path(digest) + "/link");
    }

    static String layers(RepositoryName repository) {
        return folder(repository) + "_layers/";
    }

    static String manifests(RepositoryName repository) {
        return folder(repository) + MANIFESTS;
    }

    static String revisions(RepositoryName repository, String algorithm) {
        return manifests(repository) + "revisions/" + algorithm + "/";
    }

    static ObjectKey revisionLink(RepositoryName repository, Digest digest) {
        return ObjectKey.of(revisions(repository, digest.algorithm()) + digest.encoded() + "/link");
    }

    static String tags(RepositoryName repository) {
        return manifests(repository) + "tags/";
    }

    static String tag(RepositoryName repository, Tag tag) {
        return tags(repository) + tag.value() + "/";
    }

    static ObjectKey tagCurrent(RepositoryName repository, Tag tag) {
        return ObjectKey.of(tag(repository, tag) + "current/link");
    }

    static ObjectKey tagIndex(RepositoryName repository, Tag tag, Digest digest) {
        return ObjectKey.of(tag(repository, tag) + "index/" + path(digest) + "/link");
    }

    static String uploads(RepositoryName repository) {
        return folder(repository) + UPLOADS;
    }

    static String upload(RepositoryName repository, UploadId id) {
        return uploads(repository) + id + "/";
    }

    static ObjectKey uploadStartedAt(RepositoryName repository, UploadId id) {
        return ObjectKey.of(upload(repository, id) + "startedat");
    }

    static ObjectKey uploadData(RepositoryName repository, UploadId id) {
        return ObjectKey.of(upload(repository, id) + "data");
    }

    static ObjectKey owner() {
        return ObjectKey.of(ROOT + "_berth/owner");
    }

    static ObjectKey temporary() {
        return ObjectKey.of(ROOT + "_berth/tmp");
    }

    static ObjectKey complete(RepositoryName repository) {
        return ObjectKey.of(folder(repository) + "_berth/complete");
    }

    static String taggedAs(RepositoryName repository, Digest digest) {
        return folder(repository) + "_berth/tags/" + path(digest) + "/";
    }

    static ObjectKey taggedAs(RepositoryName repository, Digest digest, Tag tag) {
        return ObjectKey.of(taggedAs(repository, digest) + tag.value() + ENTRY_END);
    }

    /**
     * The tag that an entry below {@link #taggedAs(RepositoryName, Digest)} is about.
     *
     * @param entry the last component of its key
     */
    static String tagOf(String entry) {
        return entry.endsWith(ENTRY_END)
                ? entry.substring(0, entry.length() - ENTRY_END.length())
                : entry;
    }

    static String referrers(RepositoryName repository, Digest subject) {
        return folder(repository) + "_berth/referrers/" + path(subject) + "/";
    }

    static ObjectKey referrer(RepositoryName repository, Digest subject, Digest referrer) {
        return ObjectKey.of(referrers(repository, subject) + path(referrer));
    }

    private static String folder(RepositoryName repository) {
        return REPOSITORIES + repository.value() + "/";
    }

    private static String path(Digest digest) {
        return digest.algorithm() + "/" + digest.encoded();
    }
}
