package io.berth.manifest;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.MediaType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a manifest is taken in, and what becomes of stored ones that have more. */
class ManifestLimitsTest {

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    private static String times(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }

    private static String child(int number) {
        return "{\"mediaType\":\"a/b\",\"digest\":\"sha256:%064x\",\"size\":1}".formatted(number);
    }

    private static String index(String manifests, String more) {
        return "{\"schemaVersion\":2,\"mediaType\":\""
                + MediaType.OCI_INDEX
                + "\",\"manifests\":["
                + manifests
                + "]"
                + more
                + "}";
    }

    private static String annotations(int count, IntFunction<String> annotation) {
        return ",\"annotations\":{" + times(count, annotation) + "}";
    }

    private static String subject() {
        return ",\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"" + DIGEST + "\",\"size\":1}";
    }

    private static Manifest push(String json) {
        return ManifestParser.pushed(bytes(json), null, null);
    }

    /** Refused for the limit, which the reason names; and served where it is stored already. */
    private static void assertBeyond(String json, int limit) {
        assertThatThrownBy(() -> push(json))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_INVALID);
                            assertThat(e.errors().getFirst().detail())
                                    .asString()
                                    .contains("at most " + limit);
                        });
        byte[] content = bytes(json);
        Manifest stored = ManifestParser.stored(content, sha256(content));
        assertThat(stored).isInstanceOf(UnknownManifest.class);
        assertThat(stored.mediaType()).isEqualTo(MediaType.OCI_INDEX);
        assertThat(stored.content()).isEqualTo(content);
    }

    @Test
    void descriptors() {
        ImageIndex most = (ImageIndex) push(index(times(10_000, i -> child(i)), ""));
        assertThat(most.children()).hasSize(10_000);
        assertBeyond(index(times(10_001, i -> child(i)), ""), 10_000);
    }

    @Test
    void addressesCountAsDescriptorsDo() {
        String child =
                child(1).replace("}", ",\"urls\":[" + times(9_999, i -> "\"u" + i + "\"") + "]}");
        assertThat(((ImageIndex) push(index(child, ""))).children().getFirst().urls())
                .hasSize(9_999);
        assertBeyond(index(child + "," + child(2), ""), 10_000);
    }

    @Test
    void annotations() {
        push(index("", annotations(9_990, i -> "\"a" + i + "\":\"b\"")));
        assertBeyond(index("", annotations(10_001, i -> "\"a" + i + "\":\"b\"")), 10_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{\"y\":%s}", "[[{\"y\":[%s]}]]"})
    void membersOfAnythingThatIsSkipped(String around) {
        String few = "{" + times(9_900, i -> "\"a" + i + "\":0") + "}";
        push(index("", ",\"x\":[" + around.formatted(few) + "," + around.formatted(few) + "]"));
        String many = "{" + times(10_001, i -> "\"a" + i + "\":0") + "}";
        assertBeyond(index("", ",\"x\":" + around.formatted(many)), 10_000);
    }

    @Test
    void membersOfObjectsInOneAnother() {
        String half = times(5_100, i -> "\"a" + i + "\":0");
        assertBeyond(index("", ",\"x\":{" + half + ",\"y\":{" + half + "}}"), 10_000);
    }

    @Test
    void namesOfMembers() {
        String name = "n".repeat(40_000);
        push(index("", annotations(26, i -> "\"" + name + i + "\":\"\"")));
        assertBeyond(index("", annotations(27, i -> "\"" + name + i + "\":\"\"")), 1024 * 1024);
    }

    @Test
    void typesAndAddresses() {
        for (String member : new String[] {"mediaType", "artifactType"}) {
            String child = "{\"digest\":\"" + DIGEST + "\",\"" + member + "\":\"%s\"}";
            push(index(child.formatted("t".repeat(255)), ""));
            assertBeyond(index(child.formatted("t".repeat(256)), ""), 255);
        }
        String child = "{\"digest\":\"" + DIGEST + "\",\"urls\":[\"%s\"]}";
        push(index(child.formatted("t".repeat(8192)), ""));
        assertBeyond(index(child.formatted("t".repeat(8193)), ""), 8192);
    }

    @Test
    void textsInAll() {
        String child = "{\"digest\":\"" + DIGEST + "\",\"urls\":[\"%08192d\"]}";
        push(index(times(127, child::formatted), ""));
        assertBeyond(index(times(129, child::formatted), ""), 1024 * 1024);
    }

    @Test
    void annotationsOfReferrers() {
        String value = "v".repeat(1020);
        IntFunction<String> annotation = i -> "\"%04d\":\"%s\"".formatted(i, value);
        Descriptor referrer =
                push(index("", annotations(256, annotation) + subject())).asReferrer();
        assertThat(referrer.annotations()).hasSize(256).containsEntry("0255", value);
        assertBeyond(index("", annotations(257, annotation) + subject()), 256 * 1024);
        push(index("", annotations(2570, annotation))); // what is never listed is not kept
    }

    @Test
    void annotationsAreFoundBeforeTheSubjectAndBehindIt() {
        for (String more :
                new String[] {
                    annotations(1, i -> "\"a\":\"b\"") + subject(),
                    subject() + annotations(1, i -> "\"a\":\"b\"")
                }) {
            assertThat(push(index("", more)).asReferrer().annotations()).containsEntry("a", "b");
        }
    }

    @Test
    void aReasonIsShort() {
        String unknown = "\"" + "x".repeat(40_000) + "\":0";
        assertThatThrownBy(() -> push(index("", "," + unknown + "," + unknown)))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e ->
                                assertThat(String.valueOf(e.errors().getFirst().detail()))
                                        .hasSizeBetween(100, 600));
    }

    @Test
    void ofALargeStoredOneOnlyTheOutlineIsRead() {
        byte[] content =
                bytes(
                        index(
                                times(5_000, i -> child(i)),
                                annotations(1, i -> "\"a\":\"b\"") + subject()));
        UnknownManifest manifest = ManifestParser.storedLarge(content(content), sha256(content));
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_INDEX);
        assertThat(manifest.subject()).contains(Digest.of(DIGEST));
        assertThat(manifest.asReferrer().annotations()).containsEntry("a", "b");
        assertThat(manifest.asReferrer().size()).isEqualTo(content.length);
        assertThat(manifest.content()).isEqualTo(content);
        assertThat(manifest.body().inMemory()).isEmpty();
        assertThat(manifest.memory()).isLessThan(2_000);
    }

    @Test
    void aLargeStoredImageIsOfTheTypeOfItsConfig() {
        byte[] content =
                bytes(
                        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c/d\",\"digest\":\""
                                + DIGEST
                                + "\",\"size\":1},\"layers\":[1,2,3]"
                                + subject()
                                + "}");
        UnknownManifest manifest = ManifestParser.storedLarge(content(content), sha256(content));
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
        assertThat(manifest.asReferrer().artifactType()).isEqualTo("c/d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "{\"schemaVersion\":2,", "[1]"})
    void aLargeStoredOneThatIsNotUnderstoodIsServed(String text) {
        byte[] content = bytes(text);
        Manifest manifest = ManifestParser.storedLarge(content(content), sha256(content));
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCTET_STREAM);
        assertThat(manifest.subject()).isEmpty();
    }

    @Test
    void aLargeStoredOneBeyondTheLimitsHasTheTypeThatItSays() {
        byte[] content = bytes(index("", annotations(10_001, i -> "\"a" + i + "\":\"b\"")));
        Manifest manifest = ManifestParser.storedLarge(content(content), sha256(content));
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_INDEX);
    }

    @Test
    void damageIsFoundWhileALargeStoredOneIsRead() {
        byte[] content = bytes(index("", ""));
        for (byte[] wrong : new byte[][] {bytes(index("", " ")), bytes("x"), bytes("")}) {
            assertThatThrownBy(() -> ManifestParser.storedLarge(content(wrong), sha256(content)))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
        }
    }

    @Test
    void aStoreThatFailsIsNotTakenForBadContent() {
        IOException failure = new IOException("away");
        ManifestContent broken =
                new ManifestContent() {
                    @Override
                    public long size() {
                        return 100;
                    }

                    @Override
                    public InputStream open() {
                        return new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw failure;
                            }
                        };
                    }
                };
        assertThatThrownBy(() -> ManifestParser.storedLarge(broken, Digest.of(DIGEST)))
                .isInstanceOf(UncheckedIOException.class)
                .hasCause(failure);
    }

    private static ManifestContent content(byte[] bytes) {
        return new ManifestContent() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
