package io.berth.registry;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.chunk;
import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static io.berth.registry.TestContent.sha512;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.UploadId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What upload sessions must do. */
abstract class UploadContract extends RoleContract {

    @Test
    void chunksMakeABlob() throws Exception {
        byte[] content = random(3, 700_000);
        Digest digest = sha256(content);
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            assertThat(upload.size()).isZero();
            assertThat(upload.append(chunkAt(0, Arrays.copyOf(content, 200_000))))
                    .isEqualTo(200_000);
        }
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isEqualTo(200_000);
            upload.append(chunk(Arrays.copyOfRange(content, 200_000, 600_000)));
        }
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            Descriptor stored =
                    upload.commit(
                            digest,
                            chunkAt(600_000, Arrays.copyOfRange(content, 600_000, 700_000)));
            assertThat(stored.digest()).isEqualTo(digest);
        }
        assertThat(content(REPOSITORY, digest)).isEqualTo(content);
    }

    @Test
    void chunksMakeABlobWhereTheStateIsCarriedAlong() throws Exception {
        byte[] content = random(3, 700_000);
        UploadId id;
        String state = null;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            state = upload.state().orElse(null);
        }
        for (int at = 0; at < 700_000; at += 100_000) {
            try (Upload upload = registry().resumeUpload(REPOSITORY, id, state)) {
                assertThat(upload.size()).isEqualTo(at);
                upload.append(chunk(Arrays.copyOfRange(content, at, at + 100_000)));
                state = upload.state().orElse(null);
            }
        }
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, state)) {
            upload.commit(sha256(content), UploadChunk.empty());
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void aStateThatMeansNothingIsOfNoConsequence() throws Exception {
        byte[] content = bytes("0123456789");
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(bytes("01234")));
        }
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, "nonsense")) {
            upload.commit(sha256(content), chunkAt(5, bytes("56789")));
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void theWholeMayComeWithTheEnd() throws Exception {
        byte[] content = random(4, 50_000);
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.commit(sha512(content), chunk(content));
        }
        assertThat(content(REPOSITORY, sha512(content))).isEqualTo(content);
    }

    @Test
    void aStagedUploadMayEndUnderAnotherAlgorithm() throws Exception {
        byte[] content = random(5, 50_000);
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.append(chunk(content));
            upload.commit(sha512(content), UploadChunk.empty());
        }
        assertThat(content(REPOSITORY, sha512(content))).isEqualTo(content);
    }

    @Test
    void anEmptyUploadIsTheEmptyBlob() throws Exception {
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.append(UploadChunk.empty());
            upload.commit(sha256(new byte[0]), UploadChunk.empty());
        }
        assertThat(content(REPOSITORY, sha256(new byte[0]))).isEmpty();
    }

    @Test
    void nothingIsSeenBeforeTheEnd() throws Exception {
        byte[] content = bytes("not yet");
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.append(chunk(content));
            assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(content)));
            upload.cancel();
        }
    }

    @Test
    void aChunkOutOfOrderChangesNothing() throws Exception {
        byte[] content = bytes("0123456789");
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            assertFails(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    () -> upload.append(chunkAt(5, bytes("56789"))));
            upload.append(chunkAt(0, bytes("01234")));
            assertFails(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    () -> upload.append(chunkAt(0, bytes("01234"))));
            assertFails(
                    ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER,
                    () -> upload.commit(sha256(content), chunkAt(6, bytes("6789"))));
            assertThat(upload.size()).isEqualTo(5);
            upload.commit(sha256(content), chunkAt(5, bytes("56789")));
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void aChunkOfTheWrongLengthChangesNothing() throws Exception {
        byte[] content = bytes("0123456789");
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.append(chunk(bytes("01234")));
            for (int declared : new int[] {3, 6}) {
                assertFails(
                        ErrorCode.SIZE_INVALID,
                        () ->
                                upload.append(
                                        new UploadChunk(
                                                new ByteArrayInputStream(bytes("56789")),
                                                OptionalLong.of(5),
                                                OptionalLong.of(declared))));
                assertThat(upload.size()).isEqualTo(5);
            }
            upload.commit(sha256(content), chunk(bytes("56789")));
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void aWrongDigestRollsBack() throws Exception {
        byte[] content = bytes("0123456789");
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(bytes("01234")));
            assertFails(
                    ErrorCode.DIGEST_INVALID,
                    () -> upload.commit(sha256(content), chunk(bytes("xxxxx"))));
        }
        assertFails(ErrorCode.BLOB_UNKNOWN, () -> registry().blob(REPOSITORY, sha256(content)));
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isEqualTo(5);
            upload.commit(sha256(content), chunk(bytes("56789")));
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void aWrongDigestOfTheWholeKeepsTheSession() throws Exception {
        byte[] content = bytes("whole");
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            assertFails(
                    ErrorCode.DIGEST_INVALID,
                    () -> upload.commit(sha256(content), chunk(bytes("other"))));
        }
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            assertThat(upload.size()).isZero();
            upload.commit(sha256(content), chunk(content));
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    @Test
    void anUnsupportedAlgorithmKeepsTheSession() throws Exception {
        byte[] content = bytes("kept");
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            upload.append(chunk(content));
            assertFails(
                    ErrorCode.DIGEST_INVALID,
                    () ->
                            upload.commit(
                                    Digest.of("blake3:" + "a".repeat(64)), UploadChunk.empty()));
            upload.commit(sha256(content), UploadChunk.empty());
        }
    }

    @Test
    void whatCameBeforeTheBodyFailedIsKept() throws Exception {
        byte[] content = random(6, 400_000);
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            InputStream cut =
                    new SequenceInputStream(
                            new ByteArrayInputStream(Arrays.copyOf(content, 300_000)),
                            new FailingStream());
            assertThatThrownBy(() -> upload.append(UploadChunk.of(cut)))
                    .isInstanceOf(IOException.class);
        }
        int tries = 1;
        while (!goesOn(id, content)) {
            assertThat(tries++).as("tries").isLessThan(100);
        }
        assertThat(content(REPOSITORY, sha256(content))).isEqualTo(content);
    }

    /** Not while more of what the lost request had sent comes in: then it asks again. */
    private boolean goesOn(UploadId id, byte[] content) throws IOException {
        try (Upload upload = registry().resumeUpload(REPOSITORY, id, null)) {
            int size = (int) upload.size();
            assertThat(size).isBetween(0, 300_000);
            upload.append(chunkAt(size, Arrays.copyOfRange(content, size, 400_000)));
            upload.commit(sha256(content), UploadChunk.empty());
            return true;
        } catch (RegistryException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.BLOB_UPLOAD_OUT_OF_ORDER);
            return false;
        }
    }

    @Test
    void aFinishedSessionIsUnknown() throws Exception {
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            upload.commit(sha256(bytes("done")), chunk(bytes("done")));
        }
        assertFails(
                ErrorCode.BLOB_UPLOAD_UNKNOWN, () -> registry().resumeUpload(REPOSITORY, id, null));
    }

    @Test
    void aCancelledSessionIsUnknown() throws Exception {
        UploadId id;
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            id = upload.id();
            upload.append(chunk(bytes("never mind")));
            upload.cancel();
        }
        assertFails(
                ErrorCode.BLOB_UPLOAD_UNKNOWN, () -> registry().resumeUpload(REPOSITORY, id, null));
    }

    @Test
    void aSessionBelongsToItsRepository() throws Exception {
        try (Upload upload = registry().startUpload(REPOSITORY)) {
            UploadId id = upload.id();
            upload.close();
            assertFails(
                    ErrorCode.BLOB_UPLOAD_UNKNOWN, () -> registry().resumeUpload(OTHER, id, null));
            try (Upload again = registry().resumeUpload(REPOSITORY, id, null)) {
                again.cancel();
            }
        }
    }

    @Test
    void aSessionNobodyOpenedIsUnknown() {
        assertFails(
                ErrorCode.BLOB_UPLOAD_UNKNOWN,
                () -> registry().resumeUpload(REPOSITORY, new UploadId(UUID.randomUUID()), null));
    }

    /** A body that breaks off. */
    private static final class FailingStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the client went away");
        }
    }
}
