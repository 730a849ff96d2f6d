package io.berth.storage.upload;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.ObjectStoreException;
import io.berth.registry.Upload;
import io.berth.registry.UploadChunk;
import io.berth.storage.tree.StoreErrors;
import io.berth.storage.upload.SessionBytes.Progress;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request's handle on a session; see {@link Uploads} for the life of sessions. */
final class StoredUpload implements Upload {

    private static final Logger log = LoggerFactory.getLogger(StoredUpload.class);

    private final Uploads uploads;
    private final UploadSession session;
    private final RepositoryName repository;
    private final UploadId id;

    /** The progress of the session after the last operation of this request. */
    private Progress progress;

    private boolean finished;

    StoredUpload(
            Uploads uploads,
            UploadSession session,
            RepositoryName repository,
            UploadId id,
            Progress progress) {
        this.uploads = uploads;
        this.session = session;
        this.repository = repository;
        this.id = id;
        this.progress = progress;
    }

    @Override
    public RepositoryName repository() {
        return repository;
    }

    @Override
    public UploadId id() {
        return id;
    }

    @Override
    public long size() {
        return progress.size();
    }

    @Override
    public Optional<String> state() {
        return progress.state();
    }

    @Override
    public long append(UploadChunk chunk) throws IOException {
        requireOpen();
        try {
            progress = session.append(this, chunk);
            return size();
        } catch (ObjectStoreException.NotFound e) {
            throw Uploads.unknown(); // the session ended meanwhile
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        } finally {
            session.releaseWriter(this);
            progress = session.progressOr(progress);
        }
    }

    @Override
    public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
        requireOpen();
        try {
            Descriptor stored = session.commit(this, digest, last);
            endCommitted();
            return stored;
        } catch (ObjectStoreException.NotFound e) {
            throw Uploads.unknown(); // the session ended meanwhile
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        } finally {
            session.releaseWriter(this);
            progress = session.progressOr(progress);
        }
    }

    @Override
    public void cancel() {
        requireOpen();
        StoreErrors.translated(session::end);
        close();
    }

    /** Ends the session. The blob is stored already, so a failure to clean up is only logged. */
    private void endCommitted() {
        try {
            session.end();
        } catch (RuntimeException e) {
            if (!isUnknown(e)) { // another commit has ended the session
                log.warn("the finished upload {} of {} could not be removed", id, repository, e);
            }
        }
        close();
    }

    private static boolean isUnknown(RuntimeException failure) {
        return failure instanceof RegistryException e && e.code() == ErrorCode.BLOB_UPLOAD_UNKNOWN;
    }

    @Override
    public void close() {
        if (!finished) {
            finished = true;
            uploads.leave(repository, id, session);
        }
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the upload was closed, committed or cancelled");
        }
    }
}
