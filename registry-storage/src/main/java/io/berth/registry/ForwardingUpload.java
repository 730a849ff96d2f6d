package io.berth.registry;

import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import java.io.IOException;
import java.util.Optional;

/** An upload that forwards every call to another one; see {@link ForwardingRegistry}. */
public abstract class ForwardingUpload implements Upload {

    private final Upload next;

    /**
     * @param next the upload that calls are forwarded to
     */
    protected ForwardingUpload(Upload next) {
        this.next = next;
    }

    @Override
    public RepositoryName repository() {
        return next.repository();
    }

    @Override
    public UploadId id() {
        return next.id();
    }

    @Override
    public Optional<String> state() {
        return next.state();
    }

    @Override
    public long size() {
        return next.size();
    }

    @Override
    public long append(UploadChunk chunk) throws IOException {
        return next.append(chunk);
    }

    @Override
    public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
        return next.commit(digest, last);
    }

    @Override
    public void cancel() {
        next.cancel();
    }

    @Override
    public void close() {
        next.close();
    }
}
