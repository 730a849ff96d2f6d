package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.body.ManifestBodyReader;
import io.berth.http.message.EntityTags;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
import io.berth.http.response.ApiHeaders;
import io.berth.http.response.BlobSender;
import io.berth.http.response.Responses;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath.ManifestAt;
import io.berth.manifest.Manifest;
import io.berth.manifest.ManifestContent;
import io.berth.manifest.ManifestParser;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.registry.PutOptions;
import io.berth.registry.Registry;
import io.berth.registry.tag.TagProtection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reading, pushing and removing manifests (distribution-spec, "Pulling manifests", "Pushing
 * Manifests" and "Content Management").
 */
final class ManifestController {

    /** Tags of one push. The specification asks for at least 10. */
    private static final int MAX_TAGS = 100;

    /**
     * Characters of all tags of one push: a header of the response lists the tags, and all headers
     * together have 8 KiB.
     */
    private static final int MAX_TAG_CHARACTERS = 6_000;

    private final Registry registry;
    private final ApiUrls urls;
    private final ManifestNegotiation negotiation;
    private final ManifestBodyReader bodies;
    private final BlobSender sender;

    ManifestController(
            Registry registry,
            ApiUrls urls,
            ManifestNegotiation negotiation,
            ManifestBodyReader bodies,
            BlobSender sender) {
        this.registry = registry;
        this.urls = urls;
        this.negotiation = negotiation;
        this.bodies = bodies;
        this.sender = sender;
    }

    /**
     * Answers GET and HEAD. Does not read the content when {@code If-None-Match} says that the
     * client has it.
     */
    void get(ManifestAt path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Reference reference = existing(path);
        boolean conditional = request.getHeader("If-None-Match") != null;
        if (conditional) {
            Digest digest = registry.resolve(path.repository(), reference);
            if (answersNotModified(digest, reference, request, response)) {
                return;
            }
        }
        Found found = find(path.repository(), reference, request);
        if (conditional && answersNotModified(found.digest, reference, request, response)) {
            return; // the client has sent the digest of the child that was chosen from an index
        }
        identify(found.digest, reference, response);
        send(found, request, response);
    }

    /**
     * What the response needs of a manifest. Without a reference to the rest, the parsed manifest
     * does not stay in memory while a client reads slowly.
     */
    private record Found(Digest digest, String type, ManifestContent body) {}

    private Found find(RepositoryName repository, Reference reference, HttpServletRequest request) {
        Manifest manifest = negotiation.choose(repository, reference, request);
        return new Found(manifest.digest(), manifest.mediaType().value(), manifest.body());
    }

    private void send(Found found, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<byte[]> inMemory = found.body.inMemory();
        if (inMemory.isPresent()) {
            Responses.content(request, response, found.type, inMemory.get());
            return;
        }
        response.setContentType(found.type);
        response.setContentLengthLong(found.body.size());
        if (Responses.wantsContent(request)) {
            sender.copy(found.body.open(), found.body.size(), response.getOutputStream());
        }
    }

    void put(ManifestAt path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Reference reference = Reference.of(path.reference());
        QueryString query = QueryString.of(request.getQueryString());
        List<Tag> tags = tags(reference, query);
        Digest expected = expected(reference, query);
        MediaType declared = declaredType(request);
        PutOptions options = PutOptions.defaults().with(PushCondition.of(reference, request));
        Manifest manifest;
        try (ManifestBodyReader.Body body = bodies.read(request)) {
            manifest = ManifestParser.pushed(body.content(), declared, expected);
            body.parsed(manifest);
            registry.putManifest(path.repository(), manifest, tags, options);
        }
        Digest digest = manifest.digest();
        response.setHeader(
                "Location",
                urls.location(request, new ManifestAt(path.repository(), digest.toString())));
        response.setHeader(ApiHeaders.CONTENT_DIGEST, digest.toString());
        manifest.subject()
                .ifPresent(subject -> response.setHeader("OCI-Subject", subject.toString()));
        if (reference instanceof Digest && !tags.isEmpty()) {
            response.setHeader(
                    "OCI-Tag", tags.stream().map(Tag::value).collect(Collectors.joining(", ")));
        }
        Responses.empty(response, HttpServletResponse.SC_CREATED);
    }

    void delete(ManifestAt path, HttpServletRequest request, HttpServletResponse response) {
        switch (existing(path)) {
            case Tag tag -> registry.deleteTag(path.repository(), tag, TagProtection.none());
            case Digest digest ->
                    registry.deleteManifest(path.repository(), digest, TagProtection.none());
        }
        Responses.empty(response, HttpServletResponse.SC_ACCEPTED);
    }

    /**
     * The reference of a manifest that should exist.
     *
     * @throws RegistryException MANIFEST_UNKNOWN for an invalid reference, as no manifest can have
     *     it
     */
    private static Reference existing(ManifestAt path) {
        try {
            return Reference.of(path.reference());
        } catch (RegistryException e) {
            throw new RegistryException(
                    ErrorCode.MANIFEST_UNKNOWN,
                    ErrorCode.MANIFEST_UNKNOWN.message(),
                    e.errors().getFirst().detail());
        }
    }

    /**
     * The tags to set: the one in the path, or those of the query (end-7b).
     *
     * @throws RegistryException TOO_MANY_TAGS, TAG_INVALID; nothing is stored then
     */
    private static List<Tag> tags(Reference reference, QueryString query) {
        return switch (reference) {
            case Tag tag -> List.of(tag);
            case Digest _ -> {
                List<String> names = query.all(QueryParameter.TAG);
                int characters = names.stream().mapToInt(String::length).sum();
                if (names.size() > MAX_TAGS || characters > MAX_TAG_CHARACTERS) {
                    throw new RegistryException(ErrorCode.TOO_MANY_TAGS);
                }
                yield names.stream().map(Tag::of).distinct().toList();
            }
        };
    }

    /**
     * The digest that the manifest must have: from the path, or, with a tag in the path, from the
     * query, where some clients put it.
     *
     * @throws RegistryException DIGEST_INVALID when its algorithm is not supported, before any of
     *     the body is read
     */
    private static @Nullable Digest expected(Reference reference, QueryString query) {
        Digest digest = reference instanceof Digest inPath ? inPath : inQuery(query);
        if (digest != null) {
            HashAlgorithm.of(digest.algorithm());
        }
        return digest;
    }

    private static @Nullable Digest inQuery(QueryString query) {
        String digest = query.first(QueryParameter.DIGEST);
        return digest == null ? null : Digest.of(digest);
    }

    private static @Nullable MediaType declaredType(HttpServletRequest request) {
        String type = request.getContentType();
        if (type == null || type.isBlank()) {
            return null;
        }
        return MediaType.parse(type)
                .orElseThrow(
                        () ->
                                new RegistryException(
                                        ErrorCode.MANIFEST_INVALID,
                                        ErrorCode.MANIFEST_INVALID.message(),
                                        "Content-Type is not a media type"));
    }

    private boolean answersNotModified(
            Digest digest,
            Reference reference,
            HttpServletRequest request,
            HttpServletResponse response) {
        if (!EntityTags.anyMatches(request.getHeaders("If-None-Match"), digest.toString())) {
            return false;
        }
        identify(digest, reference, response);
        response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        return true;
    }

    private void identify(Digest digest, Reference reference, HttpServletResponse response) {
        response.setHeader(ApiHeaders.CONTENT_DIGEST, digest.toString());
        response.setHeader("ETag", EntityTags.of(digest));
        response.setHeader(
                "Cache-Control",
                switch (reference) {
                    case Tag _ -> "no-cache"; // a tag can move, so the client must revalidate
                    case Digest _ -> ApiHeaders.FOR_EVER;
                });
        if (negotiation.looksAtAccept()) {
            response.setHeader("Vary", "Accept");
        }
    }
}
