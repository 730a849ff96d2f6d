package io.berth.manifest;

import static io.berth.registry.TestContent.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds what manifests say they take of the heap against what they do. While others run in this JVM
 * the heap tells nothing of them.
 */
@Isolated
class ManifestMemoryTest {

    /** Enough of them that nothing else in the heap matters. */
    private static final long MEASURED = 24L * 1024 * 1024;

    /** The JVM may lay objects out with larger heads than the launcher has it do. */
    private static final double FACTOR = 1.5;

    /** Bodies that take much for what they are, each in another way. */
    enum Shape {
        ORDINARY(
                "\"config\":" + descriptor(0, "") + ",\"layers\":[%s]", 12, i -> descriptor(i, "")),
        LAYERS_OF_ONE_TYPE(
                "\"config\":" + descriptor(0, "") + ",\"layers\":[%s]",
                10_000 - 1,
                i -> descriptor(i, "")),
        CHILDREN_OF_MANY_TYPES(
                "\"manifests\":[%s]",
                10_000,
                i ->
                        "{\"mediaType\":\"%d\",\"artifactType\":\"%d\",\"digest\":\"sha512:%0128x\","
                                        .formatted(i, -i, i)
                                + "\"platform\":{\"os\":\"%d\",\"architecture\":\"a%d\"}}"
                                        .formatted(1_000_000 + i, i)),
        ADDRESSES(
                "\"manifests\":[%s]",
                5_000, i -> descriptor(i, ",\"urls\":[\"https://example.org/%d\"]".formatted(i))),
        ANNOTATIONS(
                "\"manifests\":[],\"subject\":" + descriptor(0, "") + ",\"annotations\":{%s}",
                9_990,
                i -> "\"%d\":\"%d\"".formatted(i, -i)),
        WIDE_ANNOTATIONS(
                "\"manifests\":[],\"subject\":" + descriptor(0, "") + ",\"annotations\":{%s}",
                250,
                i -> "\"%d\":\"\u20ac%01000d\"".formatted(i, i));

        private final String json;

        Shape(String members, int count, IntFunction<String> item) {
            this.json =
                    "{\"schemaVersion\":2,"
                            + members.formatted(
                                    IntStream.range(0, count)
                                            .mapToObj(item)
                                            .collect(Collectors.joining(",")))
                            + "}";
        }

        private static String descriptor(int number, String more) {
            return "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:%064x\",\"size\":1%s}"
                    .formatted(number, more);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isWhatItIsSaidToBe(Shape shape) {
        byte[] content = bytes(shape.json);
        Manifest one = ManifestParser.pushed(content, null, null);
        Manifest[] many = new Manifest[(int) Math.max(4, MEASURED / one.memory())];
        long before = used();
        for (int i = 0; i < many.length; i++) {
            many[i] = ManifestParser.pushed(content.clone(), null, null);
        }
        double measured = (double) (used() - before) / many.length;
        Reference.reachabilityFence(many);
        assertThat(one.memory() / measured)
                .as("%s: %d bytes said, %.0f measured", shape, one.memory(), measured)
                .isBetween(1 / FACTOR, FACTOR);
    }

    /** What is reserved before a body is read covers what comes of it. */
    @ParameterizedTest
    @EnumSource
    void isWithinWhatIsReserved(Shape shape) {
        byte[] content = bytes(shape.json);
        Manifest manifest = ManifestParser.pushed(content, null, null);
        assertThat(manifest.memory() - content.length)
                .isLessThanOrEqualTo(ManifestParser.memoryToRead(content.length))
                .isLessThanOrEqualTo(ManifestParser.MAX_MEMORY);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
