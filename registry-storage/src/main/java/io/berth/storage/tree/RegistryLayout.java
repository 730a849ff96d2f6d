package io.berth.storage.tree;

import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import java.util.Optional;

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
 *     _uploads/ID/…                              an upload session of another registry
 *     _berth/tags/ALG/HEX/TAG=STAMP              index: TAG may point at this manifest
 *     _berth/tags/complete                       the claim that this index knows everything; see IndexCompleteness
 *     _berth/referrers/ALG/HEX/ALG/HEX=STAMP     index: the second digest may be a referrer of the first
 *     _berth/referrers/complete                  the claim of this index
 *   _berth/owner                                 who writes this tree; see Ownership
 *   _berth/repositories/NAME+                    a repository; without + if NAME is one component of 255
 *   _berth/repositories/+complete                the claim that every repository has an entry; see Catalog
 *   _berth/uploads/NAME/_/ID                     bytes of an upload session of Berth
 *   _berth/deletes/NAME/_/ALG/HEX/ID             a delete of a manifest; see Tombstones
 *   _berth/key                                   what its ids are made with; see UploadIds
 *   _berth/tmp/                                  of the disk store
 *   _berth/lock                                  of the disk store
 *   _berth/probe/                                of the S3 store
 * </pre>
 *
 * <p>A {@code link} holds a digest, nothing else. A repository's name may contain slashes but no
 * component of it begins with an underscore, which is how its own folders are told from the
 * repositories below it. Everything under {@code _berth} is derived and may be deleted at any time,
 * at the price of the upload sessions, but for the owner marker: without it, the tree counts as not
 * there until the next start.
 */
public final class RegistryLayout {

    public static final String ROOT = "docker/registry/v2/";
    public static final String REPOSITORIES = ROOT + "repositories/";
    public static final String BLOBS = ROOT + "blobs/";

    /** The child of a repository's folder that is there once it has held a manifest. */
    static final String MANIFESTS = "_manifests/";

    /** The child of a repository's folder that has the upload sessions of other registries. */
    public static final String UPLOADS = "_uploads";

    /** What a tag's folder holds if it is a tag. */
    public static final String TAG_POINTER = "current/link";

    private static final String OWN = ROOT + "_berth/";

    /** Below it the entries of all repositories, in the order of their names. */
    public static final String CATALOG = OWN + "repositories/";

    /** Below it everything that upload sessions of Berth hold. */
    public static final String SESSIONS = OWN + "uploads/";

    /** Below it what says that manifests are being deleted, or were lately. */
    public static final String TOMBSTONES = OWN + "deletes/";

    /**
     * Ends a name in {@link #CATALOG}, so that {@code a} is no folder of {@code a/b}. Sorts before
     * every character of a name: the order of the keys is that of the names.
     */
    private static final String NAME_END = "+";

    /** No component of a name, so that what follows a name is never taken for a part of it. */
    private static final String MARK = "/_/";

    private RegistryLayout() {}

    public static ObjectKey blob(Digest digest) {
        String hex = digest.encoded();
        return ObjectKey.of(
                BLOBS + digest.algorithm() + "/" + hex.substring(0, 2) + "/" + hex + "/data");
    }

    public static ObjectKey layerLink(RepositoryName repository, Digest digest) {
        return ObjectKey.of(folder(repository) + "_layers/" + path(digest) + "/link");
    }

    public static String layers(RepositoryName repository) {
        return folder(repository) + "_layers/";
    }

    public static String manifests(RepositoryName repository) {
        return folder(repository) + MANIFESTS;
    }

    public static String revisions(RepositoryName repository, String algorithm) {
        return manifests(repository) + "revisions/" + algorithm + "/";
    }

    public static ObjectKey revisionLink(RepositoryName repository, Digest digest) {
        return ObjectKey.of(revisions(repository, digest.algorithm()) + digest.encoded() + "/link");
    }

    public static String tags(RepositoryName repository) {
        return manifests(repository) + "tags/";
    }

    public static String tag(RepositoryName repository, Tag tag) {
        return tags(repository) + tag.value() + "/";
    }

    public static ObjectKey tagCurrent(RepositoryName repository, Tag tag) {
        return ObjectKey.of(tag(repository, tag) + TAG_POINTER);
    }

    public static ObjectKey tagIndexLink(RepositoryName repository, Tag tag, Digest digest) {
        return ObjectKey.of(tag(repository, tag) + tagIndexLink(digest));
    }

    /** The same below the tag's folder. */
    public static String tagIndexLink(Digest digest) {
        return "index/" + path(digest) + "/link";
    }

    public static String uploads(RepositoryName repository) {
        return folder(repository) + UPLOADS + "/";
    }

    public static String upload(RepositoryName repository, UploadId id) {
        return uploads(repository) + id + "/";
    }

    /** When another registry's session began. */
    public static ObjectKey uploadStartedAt(RepositoryName repository, UploadId id) {
        return ObjectKey.of(upload(repository, id) + "startedat");
    }

    public static ObjectKey session(RepositoryName repository, UploadId id) {
        return ObjectKey.of(SESSIONS + repository + MARK + id);
    }

    /** An upload session of Berth. */
    public record Session(RepositoryName repository, UploadId id) {}

    /**
     * The session that a key below {@link #SESSIONS} belongs to; empty for what belongs to none.
     */
    public static Optional<Session> sessionOf(String key) {
        int mark = key.indexOf(MARK, SESSIONS.length());
        if (mark < 0) {
            return Optional.empty();
        }
        int start = mark + MARK.length();
        int end = key.indexOf('/', start);
        String name = key.substring(SESSIONS.length(), mark);
        String id = end < 0 ? key.substring(start) : key.substring(start, end);
        return RepositoryName.isValid(name)
                ? uploadId(id).map(valid -> new Session(RepositoryName.of(name), valid))
                : Optional.empty();
    }

    /** Empty when the text is no id of a session. */
    public static Optional<UploadId> uploadId(String text) {
        try {
            return Optional.of(UploadId.of(text));
        } catch (RegistryException e) {
            return Optional.empty();
        }
    }

    public static ObjectKey owner() {
        return ObjectKey.of(OWN + "owner");
    }

    public static ObjectKey sessionKey() {
        return ObjectKey.of(OWN + "key");
    }

    public static ObjectKey temporary() {
        return ObjectKey.of(OWN + "tmp");
    }

    public static ObjectKey lock() {
        return ObjectKey.of(OWN + "lock");
    }

    public static ObjectKey probe() {
        return ObjectKey.of(OWN + "probe");
    }

    /** Sorts before all entries. */
    public static ObjectKey catalogClaim() {
        return ObjectKey.of(CATALOG + "+complete");
    }

    public static ObjectKey catalogEntry(RepositoryName repository) {
        String name = repository.value();
        return ObjectKey.of(hasEndInCatalog(name) ? catalogPosition(name) : CATALOG + name);
    }

    /**
     * Not where it would make a component of a key too long: in a name of a single component of 255
     * characters, the most that a name may have. So no other name goes on from it.
     */
    private static boolean hasEndInCatalog(String name) {
        return ObjectKey.isKey(catalogPosition(name));
    }

    /** The text behind which the entries of all greater names follow. */
    public static String catalogPosition(String name) {
        return CATALOG + name + NAME_END;
    }

    /** The name that a key below {@link #CATALOG} is about; empty for what is no entry. */
    public static Optional<RepositoryName> nameOf(String catalogKey) {
        String entry = catalogKey.substring(CATALOG.length());
        boolean hasEnd = entry.endsWith(NAME_END);
        String name = hasEnd ? entry.substring(0, entry.length() - NAME_END.length()) : entry;
        return RepositoryName.isValid(name) && hasEnd == hasEndInCatalog(name)
                ? Optional.of(RepositoryName.of(name))
                : Optional.empty();
    }

    public static ObjectKey tagsClaim(RepositoryName repository) {
        return ObjectKey.of(folder(repository) + "_berth/tags/complete");
    }

    public static ObjectKey referrersClaim(RepositoryName repository) {
        return ObjectKey.of(folder(repository) + "_berth/referrers/complete");
    }

    /** Where the reverse index keeps the tags of a manifest. */
    public static String reverseTags(RepositoryName repository, Digest digest) {
        return folder(repository) + "_berth/tags/" + path(digest) + "/";
    }

    public static ObjectKey reverseTag(RepositoryName repository, Digest digest, Tag tag) {
        return ObjectKey.of(reverseTags(repository, digest) + EntryTimestamps.stamped(tag.value()));
    }

    public static String tombstones(RepositoryName repository, Digest digest) {
        return TOMBSTONES + repository + MARK + path(digest) + "/";
    }

    public static ObjectKey tombstone(RepositoryName repository, Digest digest, String id) {
        return ObjectKey.of(tombstones(repository, digest) + id);
    }

    public static String referrers(RepositoryName repository, Digest subject) {
        return folder(repository) + "_berth/referrers/" + path(subject) + "/";
    }

    public static ObjectKey referrer(RepositoryName repository, Digest subject, Digest referrer) {
        return ObjectKey.of(
                referrers(repository, subject) + EntryTimestamps.stamped(path(referrer)));
    }

    private static String folder(RepositoryName repository) {
        return REPOSITORIES + repository.value() + "/";
    }

    private static String path(Digest digest) {
        return digest.algorithm() + "/" + digest.encoded();
    }
}
