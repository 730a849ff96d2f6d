package io.berth.storage.tree;

import io.berth.document.DocumentName;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.object.ObjectKey;
import java.util.Optional;

/**
 * The layout of the storage tree: builds all keys. Other registries read and write the same tree.
 *
 * <pre>
 * docker/registry/v2/
 *   blobs/ALG/HH/HEX/data                        content of layers, configs and manifests; HH: first two of HEX
 *   repositories/NAME/
 *     _layers/ALG/HEX/link                       the repository has this blob
 *     _manifests/revisions/ALG/HEX/link          the repository has this manifest
 *     _manifests/tags/TAG/index/ALG/HEX/link     TAG was pointed at this manifest at some time
 *     _manifests/tags/TAG/current/link           what TAG points at
 *     _uploads/ID/…                              an upload session of another registry
 *     _berth/tags/ALG/HEX/TAG=STAMP              index: TAG may point at this manifest
 *     _berth/tags/complete                       the claim that this index is complete; see IndexCompleteness
 *     _berth/referrers/ALG/HEX/ALG/HEX=STAMP     index: the second digest may be a referrer of the first
 *     _berth/referrers/complete                  the claim that this index is complete
 *   _berth/owner                                 the owner marker; see Ownership
 *   _berth/repositories/NAME+                    entry of the catalog; without + if NAME is one component of 255
 *   _berth/repositories/+complete                the claim that the catalog is complete; see Catalog
 *   _berth/uploads/NAME/_/ID                     staged bytes of an upload session of Berth
 *   _berth/deletes/NAME/_/ALG/HEX/ID             tombstone of a delete; see Tombstones
 *   _berth/documents/NAME                        a shared document; see io.berth.document
 *   _berth/key                                   secret for the ids of sessions; see UploadIds
 *   _berth/tmp/                                  temporary files of the disk store
 *   _berth/lock                                  lock file of the disk store
 *   _berth/probe/                                capability probe of the S3 store
 * </pre>
 *
 * <p>A {@code link} contains a digest, nothing else. No component of a repository's name begins
 * with an underscore, so the folders of a repository differ from the repositories below it.
 * Everything below {@code _berth} but the owner marker and the documents may be deleted at any
 * time, which ends the upload sessions. Without the owner marker the tree is unavailable until the
 * next start. Documents are made by administrators and cannot be derived from the rest.
 */
public final class RegistryLayout {

    public static final String ROOT = "docker/registry/v2/";
    public static final String REPOSITORIES = ROOT + "repositories/";
    public static final String BLOBS = ROOT + "blobs/";

    /** The child of a repository's folder that exists as soon as the repository has a manifest. */
    static final String MANIFESTS = "_manifests/";

    /** The child of a repository's folder that has the upload sessions of other registries. */
    public static final String UPLOADS = "_uploads";

    /** The pointer in a tag's folder, without which the folder is no tag. */
    public static final String TAG_POINTER = "current/link";

    private static final String OWN = ROOT + "_berth/";

    /** Prefix of the entries of all repositories, in the order of their names. */
    public static final String CATALOG = OWN + "repositories/";

    /** Prefix of the staged bytes of all upload sessions of Berth. */
    public static final String SESSIONS = OWN + "uploads/";

    /** Prefix of all tombstones. */
    public static final String TOMBSTONES = OWN + "deletes/";

    private static final String DOCUMENTS = OWN + "documents/";

    /**
     * Follows a name in {@link #CATALOG}, so that the entry of {@code a} is no folder of {@code
     * a/b}. Sorts before every character of a name, so the order of the keys is that of the names.
     */
    private static final String NAME_END = "+";

    /** Separates a name from what follows; no component of a name is an underscore. */
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

    /**
     * The digest in the path of a link of {@link #layers}, relative to that folder; empty for other
     * files.
     */
    public static Optional<Digest> layerDigest(String path) {
        String[] parts = path.split("/", -1);
        if (parts.length != 3 || !parts[2].equals("link")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Digest.of(parts[0] + ":" + parts[1]))
                    .filter(d -> d.hash().isPresent());
        } catch (RegistryException e) {
            return Optional.empty();
        }
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

    /** The path of a link in the history of a tag, relative to the tag's folder. */
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

    /** The session that a key below {@link #SESSIONS} belongs to; empty for other keys. */
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

    /** Parses the id of a session; empty when the text is none. */
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

    public static ObjectKey document(DocumentName name) {
        return ObjectKey.of(DOCUMENTS + name);
    }

    /** Prefix of the documents of a folder. */
    public static String documents(String folder) {
        return DOCUMENTS + folder + "/";
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
     * Whether the entry of a name has {@link #NAME_END}: all but those of names with a single
     * component of 255 characters, whose key would have a component that is too long. As 255 is the
     * longest name, no other name begins with it.
     */
    private static boolean hasEndInCatalog(String name) {
        return ObjectKey.isKey(catalogPosition(name));
    }

    /** A text after which the entries of all greater names sort. */
    public static String catalogPosition(String name) {
        return CATALOG + name + NAME_END;
    }

    /** The name in a key below {@link #CATALOG}; empty for keys that are no entries. */
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

    /** Prefix of the entries of the reverse index for a manifest. */
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
