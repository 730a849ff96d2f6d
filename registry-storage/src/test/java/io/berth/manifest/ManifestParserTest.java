package io.berth.manifest;

import static io.berth.registry.TestContent.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.HashAlgorithm;
import io.berth.name.MediaType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestParserTest {

    private static final String DESCRIPTOR =
            "{\"mediaType\":\"application/x\",\"digest\":\"sha256:%s\",\"size\":1}"
                    .formatted("a".repeat(64));

    private static final String OCI = "application/vnd.oci.image.";
    private static final String DOCKER = "application/vnd.docker.distribution.manifest.";

    private static Manifest push(String json, @Nullable MediaType declared) {
        return ManifestParser.pushed(bytes(json.replace("D", DESCRIPTOR)), declared, null);
    }

    private static void assertInvalid(String json, @Nullable MediaType declared) {
        assertThatThrownBy(() -> push(json, declared))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_INVALID));
    }

    @Test
    void bytesAndDigestAreKeptExactly() {
        byte[] content =
                bytes(
                        " {\n\"schemaVersion\" : 2, \"config\": %s, \"layers\":[], \"x\": 1.50}\n"
                                .formatted(DESCRIPTOR));

        Manifest manifest = ManifestParser.pushed(content, MediaType.OCI_MANIFEST, null);

        assertThat(manifest.content()).isEqualTo(content);
        assertThat(manifest.digest()).isEqualTo(Digest.ofContent(HashAlgorithm.SHA256, content));
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
    }

    @Test
    void theDigestInThePathMustMatch() {
        byte[] content = bytes("{\"schemaVersion\":2,\"manifests\":[]}");
        Digest sha512 = Digest.ofContent(HashAlgorithm.SHA512, content);

        assertThat(ManifestParser.pushed(content, null, sha512).digest()).isEqualTo(sha512);
        for (String wrong : new String[] {"sha256:" + "a".repeat(64), "blake3:" + "a".repeat(64)}) {
            assertThatThrownBy(() -> ManifestParser.pushed(content, null, Digest.of(wrong)))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIGEST_INVALID));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'schemaVersion':2,'config':D,'layers':[]}         | " + OCI + "manifest.v1+json",
                "{'schemaVersion':2,'config':D}                     | " + OCI + "manifest.v1+json",
                "{'schemaVersion':2,'manifests':[]}                 | " + OCI + "index.v1+json",
                "{'schemaVersion':2,'manifests':null,'config':D}    | " + OCI + "manifest.v1+json",
            },
            quoteCharacter = '"')
    void withoutAMediaTypeTheFieldsDecide(String json, String expected) {
        String body = json.replace('\'', '"');
        assertThat(push(body, null).mediaType().value()).isEqualTo(expected);
        assertThat(push(body, new MediaType(expected)).mediaType().value()).isEqualTo(expected);
        assertThat(
                        ManifestParser.stored(
                                        bytes(body.replace("D", DESCRIPTOR)),
                                        Digest.of("sha256:" + "b".repeat(64)))
                                .mediaType()
                                .value())
                .isEqualTo(expected);
    }

    @Test
    void storedContentWithoutAnyFieldIsAnImageAsOtherRegistriesTellIt() {
        assertThat(
                        ManifestParser.stored(
                                        bytes("{\"schemaVersion\":2}"),
                                        Digest.of("sha256:" + "b".repeat(64)))
                                .mediaType())
                .isEqualTo(MediaType.OCI_MANIFEST);
    }

    @Test
    void anIndexHasAListOfManifests() {
        assertInvalid("{\"schemaVersion\":2}", null);
        assertInvalid("{\"schemaVersion\":2}", MediaType.OCI_INDEX);
        assertInvalid("{\"schemaVersion\":2,\"manifests\":null}", MediaType.OCI_INDEX);
        for (MediaType type : List.of(MediaType.OCI_INDEX, MediaType.DOCKER_LIST)) {
            assertInvalid("{\"schemaVersion\":2,\"mediaType\":\"" + type + "\"}", type);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Application/vnd.oci.image.index.v1+json",
                "application/vnd.oci.image.index.v1+JSON",
                "application/vnd.oci.image.index.v1+json; charset=utf-8",
                "application/vnd.oci.image.index.v1+json;",
                " application/vnd.oci.image.index.v1+json",
                "application/vnd.oci.image.index.v1+json\\n",
            })
    void theTypeInTheBodyIsWrittenExactly(String type) {
        String json = "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"manifests\":[]}";
        assertInvalid(json, MediaType.OCI_INDEX);
        assertInvalid(json, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
    void onlyUtf8IsJson(String charset) {
        assertInvalid("{\"schemaVersion\":2,\"manifests\":[]}".getBytes(Charset.forName(charset)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0ae", // an overlong full stop
                "e080ae", // a longer one
                "f08080ae",
                "eda080", // half of a surrogate pair
                "f4908080", // beyond the last character
                "80",
                "c3",
                "ff",
            })
    void malformedUtf8IsRefused(String hex) {
        for (String member : new String[] {"x", "artifactType", "annotations\":{\"x"}) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.writeBytes(
                    bytes("{\"schemaVersion\":2,\"manifests\":[],\"" + member + "\":\""));
            content.writeBytes(HexFormat.of().parseHex(hex));
            content.writeBytes(bytes(member.contains("{") ? "\"}}" : "\"}"));
            assertInvalid(content.toByteArray());
        }
    }

    @Test
    void aByteOrderMarkIsRefused() {
        assertInvalid(bytes("\uFEFF{\"schemaVersion\":2,\"manifests\":[]}"));
    }

    private static void assertInvalid(byte[] content) {
        assertThatThrownBy(() -> ManifestParser.pushed(content, MediaType.OCI_INDEX, null))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_INVALID));
        Digest digest = Digest.ofContent(HashAlgorithm.SHA256, content);
        assertThat(ManifestParser.stored(content, digest).content()).isEqualTo(content);
    }

    @ParameterizedTest
    @CsvSource({
        "e30=, 2, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, true",
        "'', 2, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, true",
        "e30=, 3, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, false",
        "e3s=, 2, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, false",
        "e30, 2, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, false",
        "***, 2, 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, false",
    })
    void embeddedDataIsWhatTheDescriptorSays(String data, int size, String hex, boolean right) {
        String before = "{'mediaType':'a/b','data':'%s','digest':'sha256:%s','size':%d}";
        String behind = "{'mediaType':'a/b','size':%3$d,'digest':'sha256:%2$s','data':'%1$s'}";
        for (String form : List.of(before, behind)) {
            String descriptor = form.formatted(data, hex, size).replace('\'', '"');
            for (String json :
                    List.of(
                            "{\"schemaVersion\":2,\"manifests\":[" + descriptor + "]}",
                            "{\"schemaVersion\":2,\"config\":" + descriptor + "}",
                            "{\"schemaVersion\":2,\"config\":D,\"layers\":[" + descriptor + "]}",
                            "{\"schemaVersion\":2,\"manifests\":[],\"subject\":"
                                    + descriptor
                                    + "}")) {
                if (right) {
                    push(json, null);
                } else {
                    assertInvalid(json, null);
                }
                assertThat(
                                ManifestParser.stored(
                                        bytes(json.replace("D", DESCRIPTOR)),
                                        Digest.of("sha256:" + "b".repeat(64))))
                        .isNotInstanceOf(UnknownManifest.class); // it is there, and so it is served
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schemaVersion':2,'mediaType':'"
                        + OCI
                        + "manifest.v1+json','config':D,'manifests':[]}",
                "{'schemaVersion':2,'mediaType':'"
                        + OCI
                        + "manifest.v1+json','config':D,'fsLayers':[]}",
                "{'schemaVersion':2,'mediaType':'"
                        + OCI
                        + "index.v1+json','manifests':[],'layers':[]}",
                "{'schemaVersion':2,'mediaType':'"
                        + OCI
                        + "index.v1+json','manifests':[],'config':D}",
                "{'schemaVersion':2,'mediaType':'"
                        + DOCKER
                        + "v2+json','config':D,'manifests':[D]}",
                "{'schemaVersion':2,'mediaType':'"
                        + DOCKER
                        + "list.v2+json','manifests':[],'fsLayers':[]}",
                "{'schemaVersion':2,'config':D,'manifests':[]}",
                "{'schemaVersion':2,'layers':[],'manifests':[]}",
                "{'schemaVersion':2,'fsLayers':[]}",
            })
    void aBodyOfTwoKindsIsRefused(String json) {
        assertInvalid(json.replace('\'', '"'), null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"schemaVersion\":2,\"manifests\":[]} x",
                "{\"schemaVersion\":2,\"manifests\":[]}{}",
                "{\"schemaVersion\":2,\"schemaVersion\":2,\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"x\":{\"y\":1,\"y\":2}}",
                "{\"schemaVersion\":1,\"manifests\":[]}",
                "{\"schemaVersion\":\"2\",\"manifests\":[]}",
                "{\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":{}}",
                "{\"schemaVersion\":2,\"manifests\":[null]}",
                "{\"schemaVersion\":2,\"manifests\":[{}]}",
                "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:abc\",\"size\":1}]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":1}}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"x\"},\"layers\":[]}",
                "{\"schemaVersion\":2,\"layers\":[]}",
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.unknown+json\",\"layers\":[]}",
                "{\"schemaVersion\":2,\"mediaType\":\"nonsense\",\"manifests\":[]}",
            })
    void whatIsNoManifestIsRefused(String json) {
        assertThatThrownBy(() -> push(json, null))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e ->
                                assertThat(e.code())
                                        .isIn(
                                                ErrorCode.MANIFEST_INVALID,
                                                ErrorCode.DIGEST_INVALID));
    }

    /** Go's encoding/json takes them for the members that they look like. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'Layers': []",
                "'CONFIG': {}",
                "'MediaType': 'application/vnd.oci.image.index.v1+json'",
                "'Manifests': []",
                "'Subject': null",
                "'\u017fubject': null",
                "'Annotations': {}",
                "'FSLayers': []",
                "'layers': [{'mediaType': 'a/b', 'size': 1, 'digest': 'sha256:D', 'Digest': ''}]",
                "'layers': [{'mediaType': 'a/b', 'size': 1, 'digest': 'sha256:D', '\u017fize': 2}]",
                "'layers': [{'mediaType': 'a/b', 'size': 1, 'digest': 'sha256:D', 'Platform': {}}]",
                "'layers': [{'mediaType': 'a/b', 'size': 1, 'digest': 'sha256:D',"
                        + " 'platform': {'OS': 'linux'}}]",
            })
    void namesThatDifferOnlyInCaseAreRefused(String member) {
        String digest = "sha256:" + "0".repeat(64);
        String json =
                ("{'schemaVersion': 2, 'config': {'mediaType': 'a/b', 'size': 1, 'digest': 'sha256:D'}, "
                                + member
                                + "}")
                        .replace("sha256:D", digest)
                        .replace('\'', '"');
        assertInvalid(json, MediaType.OCI_MANIFEST);
        byte[] content = json.getBytes(StandardCharsets.UTF_8);
        ManifestParser.stored(content, Digest.ofContent(HashAlgorithm.SHA256, content));
    }

    @Test
    void otherNamesAreFree() {
        String json =
                ("{'schemaVersion': 2, 'Layer': 1, 'configs': {}, 'config': {'mediaType': 'a/b',"
                                + " 'size': 1, 'digest': 'sha256:D', 'Sizes': 1,"
                                + " 'annotations': {'Digest': ''}},"
                                + " 'annotations': {'Layers': '', 'layers': ''}}")
                        .replace("sha256:D", "sha256:" + "0".repeat(64))
                        .replace('\'', '"');
        Manifest manifest =
                ManifestParser.pushed(
                        json.getBytes(StandardCharsets.UTF_8), MediaType.OCI_MANIFEST, null);
        assertThat(manifest.mediaType()).isEqualTo(MediaType.OCI_MANIFEST);
    }

    @Test
    void theDeclaredTypeMustAgreeWithTheBody() {
        assertInvalid("{\"schemaVersion\":2,\"manifests\":[]}", MediaType.OCI_MANIFEST);
        assertInvalid("{\"schemaVersion\":2,\"config\":D}", MediaType.OCI_INDEX);
        assertInvalid(
                "{\"schemaVersion\":2,\"mediaType\":\"" + OCI + "manifest.v1+json\",\"config\":D}",
                MediaType.DOCKER_MANIFEST);
        assertInvalid("{\"schemaVersion\":2,\"config\":D}", new MediaType("application/json"));
    }

    @Test
    void dockerTypesMustNameThemselves() {
        assertInvalid("{\"schemaVersion\":2,\"config\":D}", MediaType.DOCKER_MANIFEST);
        assertInvalid("{\"schemaVersion\":2,\"manifests\":[]}", MediaType.DOCKER_LIST);
    }

    @Test
    void deepNestingIsRefused() {
        assertInvalid(
                "{\"schemaVersion\":2,\"manifests\":[],\"x\":"
                        + "[".repeat(1000)
                        + "]".repeat(1000)
                        + "}",
                null);
    }

    @Test
    void aHugeBodyOfNothingTakesLittleMemory() {
        String filler =
                IntStream.range(0, 1_300_000).mapToObj(i -> "{}").collect(Collectors.joining(","));
        byte[] content = bytes("{\"schemaVersion\":2,\"manifests\":[],\"x\":[" + filler + "]}");
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        ManifestParser.pushed(content, null, null); // loads classes
        long before = threads.getCurrentThreadAllocatedBytes();

        ManifestParser.pushed(content, null, null);

        // A tree of it would take a hundred times as much.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2_000_000);
    }

    @Test
    void whatIsStoredIsNeverRefused() {
        Digest digest = Digest.of("sha256:" + "c".repeat(64));

        assertThat(ManifestParser.stored(bytes("not json"), digest))
                .isInstanceOf(UnknownManifest.class);
        Manifest schema1 =
                ManifestParser.stored(
                        bytes("{\"schemaVersion\":1,\"fsLayers\":[{\"blobSum\":\"x\"}]}"), digest);
        assertThat(schema1).isInstanceOf(UnknownManifest.class);
        assertThat(schema1.mediaType().value())
                .isEqualTo("application/vnd.docker.distribution.manifest.v1+json");
        assertThat(
                        ManifestParser.stored(
                                        bytes(
                                                "{\"schemaVersion\":2,\"mediaType\":\"application/x.y\"}"),
                                        digest)
                                .mediaType()
                                .value())
                .isEqualTo("application/x.y");
    }

    @Test
    void descriptorsKeepWhatIsAskedOfThem() {
        Manifest manifest =
                push(
                        """
                        {"schemaVersion":2,"manifests":[{"mediaType":"a/b","digest":"sha256:%s","size":7,
                        "platform":{"os":"linux","architecture":"arm64","variant":"v8","os.features":["x"]},
                        "urls":["https://example.org/x"],"data":"","unknown":[1]}]}
                        """
                                .formatted("d".repeat(64)),
                        null);

        var child = ((ImageIndex) manifest).children().getFirst();
        assertThat(child.size()).isEqualTo(7);
        assertThat(child.platform()).hasToString("linux/arm64/v8");
        assertThat(child.urls()).containsExactly("https://example.org/x");
    }
}
