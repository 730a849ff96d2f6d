package io.berth.client;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/** An upload session of a server, continued wherever the last answer said. */
final class HttpUpload implements Upload {

    private final HttpCalls calls;
    private final RepositoryName repository;
    private final UploadId id;
    private String location;
    private long size;

    HttpUpload(HttpCalls calls, RepositoryName repository, String location, long size) {
        this.calls = calls;
        this.repository = repository;
        this.location = location;
        this.size = size;
        String path = location.split("\\?", 2)[0];
        this.id = UploadId.of(path.substring(path.lastIndexOf('/') + 1));
    }

    /** Where a session stands that is at an address. */
    static long sizeOf(HttpCalls calls, String location) {
        long last = last(calls.call("GET", location).fetch(204));
        return last > 0 ? last + 1 : sizeOfSmall(calls, location);
    }

    /** One byte and none look the same but where a chunk is refused. */
    private static long sizeOfSmall(HttpCalls calls, String location) {
        HttpCalls.Answer refused =
                calls.call("PATCH", location)
                        .header("Content-Range", "9-9")
                        .body(new ByteArrayInputStream(new byte[1]))
                        .fetch(416);
        return last(refused) + 1;
    }

    private static long last(HttpCalls.Answer answer) {
        return Long.parseLong(answer.header("Range").substring("0-".length()));
    }

    @Override
    public RepositoryName repository() {
        return repository;
    }

    @Override
    public UploadId id() {
        return id;
    }

    /** As the last address has it. */
    @Override
    public Optional<String> state() {
        int start = location.indexOf(HttpRegistry.STATE);
        return start < 0
                ? Optional.empty()
                : Optional.of(location.substring(start + HttpRegistry.STATE.length()));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long append(UploadChunk chunk) throws IOException {
        HttpCalls.Answer answer = with(chunk, calls.call("PATCH", location)).send(202);
        location = answer.header("Location");
        long last = last(answer);
        size = last > 0 ? last + 1 : sizeOfSmall(calls, location);
        return size;
    }

    @Override
    public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
        String separator = location.contains("?") ? "&" : "?";
        HttpCalls.Answer answer =
                with(
                                last,
                                calls.call(
                                        "PUT",
                                        location
                                                + separator
                                                + "digest="
                                                + HttpRegistry.encode(digest)))
                        .send(201);
        HttpRegistry.requireDigest(answer, digest);
        String blob = HttpRegistry.blobPath(repository, digest);
        HttpRegistry.require(answer.header("Location").endsWith(blob), "Location of " + digest);
        HttpCalls.Answer head = calls.call("HEAD", blob).fetch(200);
        return Descriptor.of(
                MediaType.OCTET_STREAM, digest, Long.parseLong(head.header("Content-Length")));
    }

    /** A length cannot be said without saying where: it then belongs at the end. */
    private HttpCalls.Call with(UploadChunk chunk, HttpCalls.Call call) {
        call.body(chunk.body());
        if (chunk.length().orElse(0) > 0) {
            long first = chunk.offset().orElse(size);
            call.header("Content-Range", first + "-" + (first + chunk.length().getAsLong() - 1));
        } else if (chunk.offset().isPresent()) {
            throw new IllegalArgumentException("a chunk with an offset needs a length here");
        }
        return call;
    }

    @Override
    public void cancel() {
        calls.call("DELETE", location).fetch(204);
    }

    /** Nothing is held between requests. */
    @Override
    public void close() {}
}
