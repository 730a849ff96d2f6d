package io.berth.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.berth.error.ErrorCode;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestParser;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.registry.Blob;
import io.berth.registry.DeleteOutcome;
import io.berth.registry.MountSource;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A registry at the other end of a connection. It follows what it is told ({@code Location}, {@code
 * Range}, {@code Link}) and checks what clients rely on, so that the contract of a registry can be
 * held against the wire protocol.
 *
 * <p>HTTP has no word for holding a session between requests: a session is held only while a
 * request works on it.
 */
public final class HttpRegistry implements Registry {

    /** What the address of a session has before its state. */
    static final String STATE = "_state=";

    private final HttpCalls calls;

    /**
     * @param server such as {@code http://127.0.0.1:5000/}
     */
    public HttpRegistry(URI server) {
        this.calls = new HttpCalls(server);
    }

    /** HTTP has no way to ask for it. */
    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public Blob blob(RepositoryName repository, Digest digest) {
        String target = blobPath(repository, digest);
        HttpCalls.Answer head =
                calls.call("HEAD", target).unknownIs(ErrorCode.BLOB_UNKNOWN).fetch(200);
        requireDigest(head, digest);
        long size = Long.parseLong(head.header("Content-Length"));
        return new HttpBlob(calls, target, Descriptor.of(MediaType.OCTET_STREAM, digest, size));
    }

    private record HttpBlob(HttpCalls calls, String target, Descriptor descriptor) implements Blob {

        @Override
        public InputStream open(ByteRange range) {
            if (range.length() == descriptor.size()) {
                return calls.call("GET", target).open(200);
            }
            return calls.call("GET", target)
                    .header("Range", "bytes=" + range.first() + "-" + range.last())
                    .open(206);
        }
    }

    /** What a GET is answered with where the content is to be had elsewhere. */
    @Override
    public Optional<URI> blobLink(RepositoryName repository, Digest digest) {
        HttpCalls.Answer answer =
                calls.call("GET", blobPath(repository, digest))
                        .header("Range", "bytes=0-0")
                        .unknownIs(ErrorCode.BLOB_UNKNOWN)
                        .fetch(200, 206, 307, 416);
        return answer.status() == 307
                ? Optional.of(URI.create(answer.header("Location")))
                : Optional.empty();
    }

    @Override
    public Digest resolve(RepositoryName repository, Reference reference) {
        HttpCalls.Answer head =
                calls.call("HEAD", manifestPath(repository, reference))
                        .unknownIs(ErrorCode.MANIFEST_UNKNOWN)
                        .fetch(200);
        return Digest.of(head.header("Docker-Content-Digest"));
    }

    @Override
    public Manifest manifest(RepositoryName repository, Reference reference) {
        HttpCalls.Answer answer =
                calls.call("GET", manifestPath(repository, reference))
                        .header("Accept", MediaType.OCI_INDEX)
                        .header("Accept", MediaType.OCI_MANIFEST + ", " + MediaType.DOCKER_LIST)
                        .header("Accept", MediaType.DOCKER_MANIFEST)
                        .fetch(200);
        Digest digest = Digest.of(answer.header("Docker-Content-Digest"));
        Manifest manifest = ManifestParser.stored(answer.body(), digest);
        require(
                answer.header("Content-Type").equals(manifest.mediaType().value()),
                "Content-Type of " + digest);
        require(
                !(reference instanceof Digest asked) || asked.equals(digest),
                "asked for " + reference + " and got " + digest);
        return manifest;
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        HttpCalls.Answer answer = calls.call("POST", uploadsPath(repository)).fetch(202);
        return new HttpUpload(calls, repository, answer.header("Location"), 0);
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        HttpCalls.Answer status = calls.call("GET", uploadsPath(repository) + id).fetch(204);
        String location =
                state == null
                        ? status.header("Location")
                        : uploadsPath(repository) + id + "?" + STATE + state;
        return new HttpUpload(
                calls,
                repository,
                location,
                HttpUpload.sizeOf(calls, uploadsPath(repository) + id));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        HttpCalls.Answer answer =
                calls.call("POST", uploadsPath(repository) + "?digest=" + encode(digest))
                        .body(content.body())
                        .send(201);
        return created(answer, repository, digest);
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        String from =
                switch (source) {
                    case MountSource.From(RepositoryName repository) -> "&from=" + repository;
                    case MountSource.Anywhere _ -> "";
                };
        HttpCalls.Answer answer =
                calls.call("POST", uploadsPath(target) + "?mount=" + encode(digest) + from)
                        .fetch(201, 202);
        if (answer.status() == 201) {
            return Optional.of(created(answer, target, digest));
        }
        calls.call("DELETE", answer.header("Location")).fetch(204);
        return Optional.empty();
    }

    /**
     * Under a condition one tag can be pushed. Which references may be missing the server decides,
     * and what was there before it does not say.
     */
    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        HttpCalls.Answer answer =
                switch (options.condition()) {
                    case TagCondition.Any() -> put(repository, manifest, tags).fetch(201);
                    case TagCondition.IfAbsent() ->
                            put(repository, manifest, tags.getFirst())
                                    .header("If-None-Match", "*")
                                    .fetch(201);
                    case TagCondition.IfAt(Digest digest) ->
                            put(repository, manifest, tags.getFirst())
                                    .header("If-Match", "\"" + digest + "\"")
                                    .fetch(201);
                };
        boolean conditional = !options.condition().equals(TagCondition.any());
        require(!conditional || tags.size() == 1, "a condition on " + tags);
        requireDigest(answer, manifest.digest());
        require(
                answer.header("Location").endsWith(manifestPath(repository, manifest.digest())),
                "Location " + answer.header("Location"));
        require(
                answer.headers()
                        .firstValue("OCI-Subject")
                        .equals(manifest.subject().map(Digest::toString)),
                "OCI-Subject");
        String named =
                conditional ? "" : tags.stream().map(Tag::value).collect(Collectors.joining(", "));
        require(answer.headers().firstValue("OCI-Tag").orElse("").equals(named), "OCI-Tag");
        return PutOutcome.unknown();
    }

    private HttpCalls.Call put(RepositoryName repository, Manifest manifest, List<Tag> tags) {
        String query =
                tags.stream()
                        .map(tag -> "tag=" + tag)
                        .collect(Collectors.joining("&", tags.isEmpty() ? "" : "?", ""));
        return put(manifestPath(repository, manifest.digest()) + query, manifest);
    }

    private HttpCalls.Call put(RepositoryName repository, Manifest manifest, Tag tag) {
        String query = "?digest=" + encode(manifest.digest());
        return put(manifestPath(repository, tag) + query, manifest);
    }

    private HttpCalls.Call put(String target, Manifest manifest) {
        return calls.call("PUT", target)
                .header("Content-Type", manifest.mediaType())
                .body(manifest.content());
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        calls.call("DELETE", blobPath(repository, digest)).fetch(202);
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        calls.call("DELETE", manifestPath(repository, digest)).fetch(202);
        return DeleteOutcome.unknown();
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        calls.call("DELETE", manifestPath(repository, tag)).fetch(202);
        return Optional.empty();
    }

    @Override
    public Page<Tag> tags(RepositoryName repository, PageRequest page) {
        return page(
                "/v2/" + repository + "/tags/list?" + query(page),
                page.limit(),
                body -> body.get("tags"),
                tag -> Tag.of(tag.asString()));
    }

    @Override
    public Page<RepositoryName> repositories(PageRequest page, Predicate<RepositoryName> visible) {
        List<RepositoryName> found = new ArrayList<>();
        int hidden = 0;
        Page<RepositoryName> answer;
        @Nullable String last = page.after();
        do {
            answer = repositories(new PageRequest(last, page.limit()));
            for (RepositoryName name : answer.items()) {
                if (found.size() == page.limit() || hidden == MAX_HIDDEN) {
                    return new Page<>(found, true, last);
                }
                last = name.value();
                if (visible.test(name)) {
                    found.add(name);
                } else {
                    hidden++;
                }
            }
        } while (answer.more() && found.size() < page.limit());
        return new Page<>(found, answer.more(), answer.more() ? last : null);
    }

    private Page<RepositoryName> repositories(PageRequest page) {
        return page(
                "/v2/_catalog?" + query(page),
                page.limit(),
                body -> body.get("repositories"),
                name -> RepositoryName.of(name.asString()));
    }

    @Override
    public Page<Descriptor> referrers(
            RepositoryName repository,
            Digest subject,
            @Nullable String artifactType,
            PageRequest page) {
        String filter = artifactType == null ? "" : "&artifactType=" + encode(artifactType);
        String target = "/v2/" + repository + "/referrers/" + subject + "?" + query(page) + filter;
        HttpCalls.Answer answer = calls.call("GET", target).fetch(200);
        require(
                answer.header("Content-Type").equals(MediaType.OCI_INDEX.value()),
                "Content-Type of referrers");
        require(
                answer.headers()
                        .firstValue("OCI-Filters-Applied")
                        .equals(Optional.ofNullable(artifactType).map(_ -> "artifactType")),
                "OCI-Filters-Applied");
        List<Descriptor> items = new ArrayList<>();
        answer.json().get("manifests").forEach(item -> items.add(descriptor(item)));
        String next = answer.headers().firstValue("Link").map(HttpRegistry::lastOf).orElse(null);
        return new Page<>(items, next != null, next);
    }

    /** Behind what the next page begins. */
    private static String lastOf(String link) {
        String target = targetOf(link);
        require(target.contains("last="), "Link " + link);
        String last = target.substring(target.indexOf("last=") + "last=".length());
        return URLDecoder.decode(last.split("&", -1)[0], UTF_8);
    }

    /** A server may give fewer than asked for, and then says where the rest is. */
    private <T> Page<T> page(
            String target,
            int limit,
            Function<JsonNode, JsonNode> list,
            Function<JsonNode, T> item) {
        List<T> items = new ArrayList<>();
        Optional<String> next = Optional.of(target);
        while (next.isPresent()) {
            HttpCalls.Answer answer = calls.call("GET", next.get()).fetch(200);
            list.apply(answer.json()).forEach(node -> items.add(item.apply(node)));
            next = answer.headers().firstValue("Link").map(HttpRegistry::targetOf);
            if (items.size() >= limit) {
                break;
            }
        }
        require(items.size() <= limit, "more than " + limit + " items");
        return new Page<>(items, next.isPresent());
    }

    private static String targetOf(String link) {
        require(link.startsWith("</v2/") && link.endsWith(">; rel=\"next\""), "Link " + link);
        return link.substring(1, link.indexOf('>'));
    }

    private static Descriptor descriptor(JsonNode node) {
        Map<String, String> annotations = new LinkedHashMap<>();
        JsonNode given = node.get("annotations");
        if (given != null) {
            given.properties().forEach(e -> annotations.put(e.getKey(), e.getValue().asString()));
        }
        JsonNode artifactType = node.get("artifactType");
        return new Descriptor(
                new MediaType(node.get("mediaType").asString()),
                Digest.of(node.get("digest").asString()),
                node.get("size").asLong(),
                artifactType == null ? null : artifactType.asString(),
                annotations,
                List.of(),
                null);
    }

    private Descriptor created(HttpCalls.Answer answer, RepositoryName repository, Digest digest) {
        requireDigest(answer, digest);
        require(
                answer.header("Location").endsWith(blobPath(repository, digest)),
                "Location " + answer.header("Location"));
        return blob(repository, digest).descriptor();
    }

    static void requireDigest(HttpCalls.Answer answer, Digest digest) {
        require(
                answer.header("Docker-Content-Digest").equals(digest.toString()),
                "Docker-Content-Digest of " + digest);
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("not as the protocol has it: " + what);
        }
    }

    private static String query(PageRequest page) {
        String after = page.after();
        return "n=" + page.limit() + (after == null ? "" : "&last=" + encode(after));
    }

    static String encode(Object value) {
        return URLEncoder.encode(value.toString(), UTF_8);
    }

    static String blobPath(RepositoryName repository, Digest digest) {
        return "/v2/" + repository + "/blobs/" + digest;
    }

    private static String manifestPath(RepositoryName repository, Reference reference) {
        return "/v2/" + repository + "/manifests/" + reference;
    }

    private static String uploadsPath(RepositoryName repository) {
        return "/v2/" + repository + "/blobs/uploads/";
    }
}
