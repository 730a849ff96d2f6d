package io.berth.audit;

import io.berth.access.Caller;
import io.berth.audit.AuditEvent.Outcome;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.name.UploadId;
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
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes down each change, and each refusal of one, for the caller of the thread. To be put around
 * all that refuses. Not written down are reads, the beginning and the chunks of an upload that is
 * let in, and errors of clients, such as a digest that does not match.
 */
public final class AuditedRegistry extends ForwardingRegistry {

    private static final int MAX_REASON = 500;

    private final AuditLog log;

    public AuditedRegistry(Registry next, AuditLog log) {
        super(next);
        this.log = log;
    }

    /** What a change is about. */
    private record Subject(
            String action, RepositoryName repository, List<Tag> tags, @Nullable Digest digest) {

        Subject(String action, RepositoryName repository, @Nullable Digest digest) {
            this(action, repository, List.of(), digest);
        }
    }

    @FunctionalInterface
    private interface Change<T, X extends Exception> {

        T run() throws X;
    }

    private <T, X extends Exception> T audited(Subject subject, Change<T, X> change) throws X {
        return audited(subject, _ -> true, change);
    }

    /**
     * @param counts whether a result is a change
     */
    private <T, X extends Exception> T audited(
            Subject subject, Predicate<T> counts, Change<T, X> change) throws X {
        T done;
        try {
            done = change.run();
        } catch (RegistryException e) {
            Outcome outcome = outcome(e);
            if (outcome != null) {
                write(subject, outcome, reason(e));
            }
            throw e;
        } catch (RuntimeException | Error e) {
            write(subject, Outcome.FAILED, null);
            throw e;
        }
        if (counts.test(done)) {
            write(subject, Outcome.DONE, null);
        }
        return done;
    }

    /** {@code null}: the request was wrong, so that nothing was decided. */
    private static @Nullable Outcome outcome(RegistryException failure) {
        return switch (failure.code()) {
            case DENIED, UNSUPPORTED, TAG_CONDITION_FAILED, TOO_MANY_REQUESTS, UNAUTHORIZED ->
                    Outcome.REFUSED;
            case UNAVAILABLE, UNKNOWN -> Outcome.FAILED;
            default -> null;
        };
    }

    private static String reason(RegistryException failure) {
        RegistryError error = failure.errors().getFirst();
        String text =
                error.code().wireName()
                        + ": "
                        + error.message()
                        + (error.detail() == null ? "" : ": " + error.detail());
        return text.length() > MAX_REASON ? text.substring(0, MAX_REASON) : text;
    }

    private void write(Subject subject, Outcome outcome, @Nullable String reason) {
        log.write(
                new AuditEvent(
                        subject.action(),
                        outcome,
                        Caller.current(),
                        subject.repository().value(),
                        subject.tags().stream().map(Tag::value).toList(),
                        subject.digest() == null ? null : subject.digest().toString(),
                        reason));
    }

    @Override
    public Upload startUpload(RepositoryName repository) {
        Subject subject = new Subject("blob.push", repository, null);
        return new AuditedUpload(audited(subject, _ -> false, () -> super.startUpload(repository)));
    }

    @Override
    public Upload resumeUpload(RepositoryName repository, UploadId id, @Nullable String state) {
        return new AuditedUpload(super.resumeUpload(repository, id, state));
    }

    @Override
    public Descriptor putBlob(RepositoryName repository, Digest digest, UploadChunk content)
            throws IOException {
        return audited(
                new Subject("blob.push", repository, digest),
                () -> super.putBlob(repository, digest, content));
    }

    @Override
    public Optional<Descriptor> mountBlob(
            RepositoryName target, Digest digest, MountSource source) {
        return audited(
                new Subject("blob.mount", target, digest),
                Optional::isPresent,
                () -> super.mountBlob(target, digest, source));
    }

    @Override
    public PutOutcome putManifest(
            RepositoryName repository, Manifest manifest, List<Tag> tags, PutOptions options) {
        return audited(
                new Subject("manifest.push", repository, tags, manifest.digest()),
                () -> super.putManifest(repository, manifest, tags, options));
    }

    @Override
    public void deleteBlob(RepositoryName repository, Digest digest) {
        var _ =
                audited(
                        new Subject("blob.delete", repository, digest),
                        () -> {
                            super.deleteBlob(repository, digest);
                            return true;
                        });
    }

    @Override
    public DeleteOutcome deleteManifest(
            RepositoryName repository, Digest digest, TagProtection protection) {
        return audited(
                new Subject("manifest.delete", repository, digest),
                () -> super.deleteManifest(repository, digest, protection));
    }

    @Override
    public Optional<Digest> deleteTag(
            RepositoryName repository, Tag tag, TagProtection protection) {
        return audited(
                new Subject("tag.delete", repository, List.of(tag), null),
                () -> super.deleteTag(repository, tag, protection));
    }

    private final class AuditedUpload extends ForwardingUpload {

        AuditedUpload(Upload next) {
            super(next);
        }

        @Override
        public long append(UploadChunk chunk) throws IOException {
            return audited(
                    new Subject("blob.push", repository(), null),
                    _ -> false,
                    () -> super.append(chunk));
        }

        @Override
        public Descriptor commit(Digest digest, UploadChunk last) throws IOException {
            return audited(
                    new Subject("blob.push", repository(), digest),
                    () -> super.commit(digest, last));
        }

        @Override
        public void cancel() {
            var _ =
                    audited(
                            new Subject("upload.cancel", repository(), null),
                            () -> {
                                super.cancel();
                                return true;
                            });
        }
    }
}
