package io.berth.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.response.ErrorStatus;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.Reference;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryPathTest {

    private static final Digest DIGEST = Digest.ofContent(HashAlgorithm.SHA256, new byte[0]);
    private static final UploadId UPLOAD = UploadId.of("0b8a3c5e-3c61-4e3c-9a58-6a8d1c5a2f10");

    static Stream<Arguments> routes() {
        return Stream.of(
                Arguments.of("/", new RegistryPath.Root()),
                Arguments.of("/v2", new RegistryPath.Base()),
                Arguments.of("/v2/", new RegistryPath.Base()),
                Arguments.of("/v2/_catalog", new RegistryPath.Catalog()),
                Arguments.of("/v2/a/tags/list", new RegistryPath.Tags(name("a"))),
                Arguments.of("/v2/a/b/c/tags/list", new RegistryPath.Tags(name("a/b/c"))),
                Arguments.of("/v2/a/manifests/v1", new RegistryPath.ManifestAt(name("a"), "v1")),
                Arguments.of(
                        "/v2/a/manifests/sha256:x",
                        new RegistryPath.ManifestAt(name("a"), "sha256:x")),
                Arguments.of(
                        "/v2/a/manifests/.INVALID",
                        new RegistryPath.ManifestAt(name("a"), ".INVALID")),
                Arguments.of("/v2/a/manifests/", new RegistryPath.ManifestAt(name("a"), "")),
                Arguments.of("/v2/a/blobs/" + DIGEST, new RegistryPath.BlobAt(name("a"), DIGEST)),
                Arguments.of("/v2/a/blobs/uploads/", new RegistryPath.Uploads(name("a"))),
                Arguments.of("/v2/a/blobs/uploads", new RegistryPath.Uploads(name("a"))),
                Arguments.of(
                        "/v2/a/blobs/uploads/" + UPLOAD,
                        new RegistryPath.UploadAt(name("a"), UPLOAD)),
                Arguments.of(
                        "/v2/a/referrers/" + DIGEST,
                        new RegistryPath.Referrers(name("a"), DIGEST)));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void understandsEveryRoute(String path, RegistryPath expected) {
        assertThat(RegistryPath.parse(path)).isEqualTo(expected);
    }

    static Stream<Arguments> namesLikeRoutes() {
        return Stream.of(
                Arguments.of(
                        "/v2/a/tags/list/tags/list", new RegistryPath.Tags(name("a/tags/list"))),
                Arguments.of("/v2/tags/tags/list", new RegistryPath.Tags(name("tags"))),
                Arguments.of(
                        "/v2/manifests/manifests/manifests",
                        new RegistryPath.ManifestAt(name("manifests"), "manifests")),
                Arguments.of(
                        "/v2/a/manifests/tags/list", new RegistryPath.Tags(name("a/manifests"))),
                Arguments.of(
                        "/v2/a/tags/manifests/list",
                        new RegistryPath.ManifestAt(name("a/tags"), "list")),
                Arguments.of(
                        "/v2/a/blobs/uploads/manifests/v1",
                        new RegistryPath.ManifestAt(name("a/blobs/uploads"), "v1")),
                Arguments.of(
                        "/v2/blobs/uploads/blobs/uploads/",
                        new RegistryPath.Uploads(name("blobs/uploads"))),
                Arguments.of(
                        "/v2/a/blobs/blobs/uploads/" + UPLOAD,
                        new RegistryPath.UploadAt(name("a/blobs"), UPLOAD)),
                Arguments.of(
                        "/v2/a/manifests/blobs/" + DIGEST,
                        new RegistryPath.BlobAt(name("a/manifests"), DIGEST)),
                Arguments.of("/v2/v2/tags/list", new RegistryPath.Tags(name("v2"))),
                Arguments.of(
                        "/v2/referrers/referrers/" + DIGEST,
                        new RegistryPath.Referrers(name("referrers"), DIGEST)));
    }

    @ParameterizedTest
    @MethodSource("namesLikeRoutes")
    void readsFromTheRightBecauseAnyWordMayBeAName(String path, RegistryPath expected) {
        assertThat(RegistryPath.parse(path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/%61/tags/list, a",
        "/v2/a/%74ags/list, a",
        "/v2/a/tags%2dx/tags/list, a/tags-x",
        "/v2/a%2Fb/tags/list, a/b",
        "/v2/a%2fb%2Fc/tags/list, a/b/c",
        "/v2/a%2Ftags%2Flist/tags/list, a/tags/list",
        "/v2/a%2Ftags%2Flist, a",
    })
    void decodesWhatIsEncodedWithoutNeed(String path, String repository) {
        assertThat(RegistryPath.parse(path)).isEqualTo(new RegistryPath.Tags(name(repository)));
    }

    @Test
    void decodesTheColonOfADigest() {
        assertThat(RegistryPath.parse("/v2/a/blobs/" + DIGEST.toString().replace(":", "%3A")))
                .isEqualTo(new RegistryPath.BlobAt(name("a"), DIGEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/v1/",
                "/v1/search",
                "/v22/",
                "/v2x",
                "/metrics",
                "/V2/",
                "//v2/",
                "/%76%32/"
            })
    void leavesOtherPathsToOthers(String path) {
        assertThat(RegistryPath.parse(path)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/a, PATH_UNKNOWN",
        "/v2/a/, PATH_UNKNOWN",
        "/v2/_catalog/, PATH_UNKNOWN",
        "/v2/_oci/ext/discover, PATH_UNKNOWN",
        "/v2/a/tags, PATH_UNKNOWN",
        "/v2/a/tags/list/, PATH_UNKNOWN",
        "/v2/a/tags/other, PATH_UNKNOWN",
        "/v2/tags/list, PATH_UNKNOWN",
        "/v2/manifests/x, PATH_UNKNOWN",
        "/v2/../etc/passwd, PATH_UNKNOWN",
        "/v2//tags/list, NAME_INVALID",
        "/v2/a//b/tags/list, NAME_INVALID",
        "/v2//a/tags/list, NAME_INVALID",
        "/v2/a/../b/manifests/x, NAME_INVALID",
        "/v2/../a/tags/list, NAME_INVALID",
        "/v2/a/%2e%2e/b/tags/list, NAME_INVALID",
        "/v2/A/tags/list, NAME_INVALID",
        "/v2/a;b/tags/list, NAME_INVALID",
        "/v2/a\\b/tags/list, NAME_INVALID",
        "/v2/a%5cb/tags/list, NAME_INVALID",
        "/v2/a%252Fb/tags/list, NAME_INVALID",
        "/v2/a%25252Fb/tags/list, NAME_INVALID",
        "/v2/%2Fa/tags/list, NAME_INVALID",
        "/v2/a%2F/tags/list, NAME_INVALID",
        "/v2/a%2F%2Fb/tags/list, NAME_INVALID",
        "/v2/a%2F..%2Fb/tags/list, NAME_INVALID",
        "/v2/a%2F%2e%2e%2Fb/tags/list, NAME_INVALID",
        "/v2/a%2F.%2Fb/tags/list, NAME_INVALID",
        "/v2/a%00/tags/list, NAME_INVALID",
        "/v2/a%0a/tags/list, NAME_INVALID",
        "/v2/a%20b/tags/list, NAME_INVALID",
        "/v2/a%7f/tags/list, NAME_INVALID",
        "/v2/a%c3%a4/tags/list, NAME_INVALID",
        "/v2/a%/tags/list, NAME_INVALID",
        "/v2/a%4/tags/list, NAME_INVALID",
        "/v2/a%zz/tags/list, NAME_INVALID",
        "/v2/a/manifests/x%2f..%2fy, PATH_UNKNOWN",
        "/v2/a/blobs/sha256%zz, DIGEST_INVALID",
        "/v2/a/blobs/uploads/%00, BLOB_UPLOAD_UNKNOWN",
        "/v2/a/blobs/, DIGEST_INVALID",
        "/v2/a/blobs/x, DIGEST_INVALID",
        "/v2/a/blobs/sha256:x, DIGEST_INVALID",
        "/v2/a/blobs/SHA256:aa, DIGEST_INVALID",
        "/v2/a/referrers/x, DIGEST_INVALID",
        "/v2/a/blobs/uploads/x, BLOB_UPLOAD_UNKNOWN",
        "/v2/a/blobs/uploads/.., BLOB_UPLOAD_UNKNOWN",
        "/v2/a/blobs/uploads/0B8A3C5E-3C61-4E3C-9A58-6A8D1C5A2F10, BLOB_UPLOAD_UNKNOWN",
    })
    void refusesEverythingElse(String path, ErrorCode code) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> RegistryPath.parse(path))
                .returns(code, RegistryException::code);
    }

    @ParameterizedTest
    @CsvSource({"%zz, TAG_INVALID", "v%00, TAG_INVALID", "sha256:%, DIGEST_INVALID"})
    void leavesAMalformedReferenceToItsGrammar(String reference, ErrorCode code) {
        assertThat(RegistryPath.parse("/v2/a/manifests/" + reference))
                .isEqualTo(new RegistryPath.ManifestAt(name("a"), reference));
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> Reference.of(reference))
                .returns(code, RegistryException::code);
    }

    @Test
    void takesNamesUpToTheLimitAndNoLonger() {
        String longest = "a".repeat(RepositoryName.MAX_LENGTH);
        assertThat(RegistryPath.parse("/v2/" + longest + "/tags/list"))
                .isEqualTo(new RegistryPath.Tags(name(longest)));
        for (String tooLong : List.of(longest + "a", "a/".repeat(100_000) + "a")) {
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(() -> RegistryPath.parse("/v2/" + tooLong + "/tags/list"))
                    .returns(ErrorCode.NAME_INVALID, RegistryException::code);
        }
    }

    @Property
    void readsWhatItWrites(@ForAll("paths") RegistryPath path) {
        assertThat(RegistryPath.parse(path.path())).isEqualTo(path);
    }

    @Property
    void readsAnyText(@ForAll String text) {
        try {
            RegistryPath path = RegistryPath.parse("/v2/" + text);
            assertThat(path).isNotNull();
        } catch (RegistryException e) {
            assertThat(ErrorStatus.of(e.code())).isIn(400, 404);
        }
    }

    @Provide
    Arbitrary<RegistryPath> paths() {
        Arbitrary<RepositoryName> names =
                Arbitraries.of("a", "tags", "list", "manifests", "blobs", "uploads", "v2", "a__b")
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(6)
                        .map(words -> name(String.join("/", words)));
        Arbitrary<Digest> digests =
                Arbitraries.bytes()
                        .array(byte[].class)
                        .ofMaxSize(8)
                        .map(bytes -> Digest.ofContent(HashAlgorithm.SHA512, bytes));
        Arbitrary<String> references =
                Arbitraries.oneOf(
                        Arbitraries.of("latest", "list", "uploads", "_", "1.0-rc.1"),
                        digests.map(Digest::toString));
        return Arbitraries.oneOf(
                names.map(RegistryPath.Tags::new),
                names.map(RegistryPath.Uploads::new),
                names.map(name -> new RegistryPath.UploadAt(name, new UploadId(UUID.randomUUID()))),
                Combinators.combine(names, references).as(RegistryPath.ManifestAt::new),
                Combinators.combine(names, digests).as(RegistryPath.BlobAt::new),
                Combinators.combine(names, digests).as(RegistryPath.Referrers::new));
    }

    private static RepositoryName name(String value) {
        return RepositoryName.of(value);
    }
}
