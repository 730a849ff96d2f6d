package io.berth.policy;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
import io.berth.readonly.WriteGate;
import io.berth.readonly.WriteGate.Permit;
import io.berth.registry.DeleteOutcome;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.ForwardingUpload;
import io.berth.registry.MountSource;
import io.berth.registry.PutOptions;
import io.berth.registry.PutOutcome;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.registry.tag.TagProtection;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every change while an administrator has made the registry or the repository read-only.
 * Reads are forwarded. Uploads can be cancelled, and continued when the mode is off: of a request
 * that sends too long, the bytes before are kept.
 */
public final class ReadOnlyModeRegistry extends ForwardingRegistry {

    private final WriteGate gate;

    public ReadOnlyModeRegistry(Registry next, WriteGate gate) {
        super(next);
        this.gate = gate;
    }

    /** A change that is under way. */
    @FunctionalInterface
    private interface Change<T, X extends Exception> {

        T run(Permit permit) throws X;
    }

    private <T, X extends Exception> T change(RepositoryName repository, Change<T, X> change)
            throws X {
        try (Permit permit = gate.enter(repository)) {
            T done = change.run(permit);
            permit.confirm();
            return done;
        }
    }

    /** A change with a body, whose reading may be refused. */
    private <T> T receive(RepositoryName repository, Change<T, IOException> change)
            throws IOException {
        try {
            return change(repository, change);
        } catch (CutOffException e) {
            throw e.refusal;
        }
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        return new GatedUpload(change(repository, _ -> super.startUpload(repository)));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return new GatedUpload(super.resumeUpload(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        return receive(
                repository, permit -> super.putBlob(repository, digest, gated(content, permit)));
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        return change(target, _ -> super.mountBlob(target, digest, source));
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        return change(repository, _ -> super.putManifest(repository, manifest, tags, options));
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        var _ =
                change(
                        repository,
                        _ -> {
                            super.deleteBlob(repository, digest);
                            return true;
                        });
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        return change(repository, _ -> super.deleteManifest(repository, digest, protection));
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        return change(repository, _ -> super.deleteTag(repository, tag, protection));
    }

    private static UploadChunk gated(UploadChunk chunk, Permit permit) {
        return new UploadChunk(new GatedBody(chunk.body(), permit), chunk.offset(), chunk.length());
    }

    private final class GatedUpload extends ForwardingUpload {

        GatedUpload(Upload next) {
            super(next);
        }

        @Override
        public long append(UploadChunk chunk) throws IOException {
            return receive(repository(), permit -> super.append(gated(chunk, permit)));
        }

        @Override
        public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
            return receive(repository(), permit -> super.commit(digest, gated(last, permit)));
        }
    }

    /** Fails as if the client had gone, so that what has arrived is kept. */
    private static final class CutOffException extends IOException {

        private static final long serialVersionUID = 1L;

        private final RuntimeException refusal;

        CutOffException(RuntimeException refusal) {
            super(refusal);
            this.refusal = refusal;
        }
    }

    /** Looks after each read whether the write may still go on; the last time at the end. */
    private static final class GatedBody extends FilterInputStream {

        private final Permit permit;

        GatedBody(InputStream body, Permit permit) {
            super(body);
            this.permit = permit;
        }

        @Override
        public int read() throws IOException {
            return checked(super.read());
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return checked(super.read(buffer, offset, length));
        }

        private int checked(int read) throws IOException {
            try {
                permit.check();
                return read;
            } catch (RuntimeException e) {
                throw new CutOffException(e);
            }
        }
    }
}
