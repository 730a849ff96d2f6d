package io.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.ByteRange;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the contracts of the roles of a registry have in common. */
abstract class RoleContract {

    static final RepositoryName REPOSITORY = RepositoryName.of("library/app");
    static final RepositoryName OTHER = RepositoryName.of("library/other");

    /** The registry under test; the same one throughout a test. */
    abstract Registry registry();

    static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code().wireName()).isEqualTo(code.wireName()));
    }

    final byte[] content(RepositoryName repository, Digest digest) throws IOException {
        Blob blob = registry().blob(repository, digest);
        try (InputStream in = blob.open(ByteRange.all(blob.descriptor().size()))) {
            return in.readAllBytes();
        }
    }

    static UploadChunk chunkAt(long offset, byte[] content) {
        return new UploadChunk(
                new ByteArrayInputStream(content),
                OptionalLong.of(offset),
                OptionalLong.of(content.length));
    }
}
