package io.berth.http;

import static io.berth.registry.TestContent.random;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.http.TestApi.Answer;
import io.berth.name.ByteRange;
import io.berth.name.Descriptor;
import io.berth.name.MediaType;
import io.berth.registry.Blob;
import io.berth.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By which way the bytes of a blob go out. */
class BlobSenderTest {

    private static final String SENDFILE = "org.apache.tomcat.sendfile.";

    private final byte[] content = random(1, 200_000);
    private final String path = "/v2/library/app/blobs/" + sha256(content);
    private int opened;
    private int closed;

    private static TestApi serving(Blob blob) {
        return new TestApi(holding(blob));
    }

    private static Registry holding(Blob blob) {
        return Intercepted.registry(TestApi.emptyRegistry(), "blob", _ -> blob);
    }

    private class Local implements Blob {

        @Override
        public Descriptor descriptor() {
            return Descriptor.of(MediaType.OCTET_STREAM, sha256(content), content.length);
        }

        @Override
        public Optional<Path> file() {
            return Optional.of(Path.of("/blobs/data"));
        }

        @Override
        public InputStream open(ByteRange range) {
            opened++;
            return new ByteArrayInputStream(content, (int) range.first(), (int) range.length()) {
                @Override
                public void close() {
                    closed++;
                }
            };
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 200, 0, 200000",
        "bytes=0-65535, 206, 0, 65536",
        "bytes=100000-, 206, 100000, 200000",
    })
    void largePartsOfFilesAreLeftToTheServer(String range, int status, long start, long end) {
        TestApi.Request request =
                serving(new Local()).get(path).attribute(SENDFILE + "support", true);
        Answer answer =
                (status == 206 ? request.header("Range", range) : request)
                        .send()
                        .is(status)
                        .has("Content-Length", end - start);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.request().getAttribute(SENDFILE + "filename"))
                .isEqualTo(Path.of("/blobs/data").toAbsolutePath().toString());
        assertThat(answer.request().getAttribute(SENDFILE + "start")).isEqualTo(start);
        assertThat(answer.request().getAttribute(SENDFILE + "end")).isEqualTo(end);
        assertThat(opened).isZero();
    }

    @Test
    void smallPartsAreCopied() {
        assertCopied(
                serving(new Local())
                        .get(path)
                        .attribute(SENDFILE + "support", true)
                        .header("Range", "bytes=1-65535"),
                1,
                65_536);
    }

    @Test
    void everythingIsCopiedWhereTheServerCannot() {
        TestApi api = serving(new Local());
        assertCopied(api.get(path), 0, content.length);
        assertCopied(api.get(path).attribute(SENDFILE + "support", false), 0, content.length);
        assertCopied(
                api.get(path).attribute(SENDFILE + "support", true).secure(), 0, content.length);
        assertCopied(
                api.get(path).attribute(SENDFILE + "support", true).protocol("HTTP/2.0"),
                0,
                content.length);
    }

    @Test
    void whatIsNoFileIsCopied() {
        Blob streamed =
                new Local() {
                    @Override
                    public Optional<Path> file() {
                        return Optional.empty();
                    }
                };
        assertCopied(
                serving(streamed).get(path).attribute(SENDFILE + "support", true),
                0,
                content.length);
    }

    private void assertCopied(TestApi.Request request, int from, int to) {
        Answer answer = request.send();
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(content, from, to));
        assertThat(answer.request().getAttribute(SENDFILE + "filename")).isNull();
        assertThat(closed).isEqualTo(opened).isPositive();
    }

    @Test
    void aHeadSendsNothing() {
        Answer answer =
                serving(new Local())
                        .head(path)
                        .attribute(SENDFILE + "support", true)
                        .send()
                        .is(200)
                        .has("Content-Length", content.length);
        assertThat(answer.request().getAttribute(SENDFILE + "filename")).isNull();
        assertThat(opened).isZero();
    }

    @Test
    void aLinkIsFollowedOnGetAlone() {
        TestApi linked =
                new TestApi(
                        Intercepted.registry(
                                holding(new Local()),
                                "blobLink",
                                _ -> Optional.of(URI.create("https://cdn.example/data"))));
        linked.get(path)
                .header("Range", "bytes=0-9")
                .send()
                .is(307)
                .has("Location", "https://cdn.example/data")
                .has("Content-Length", 0)
                .has("Cache-Control", null);
        linked.head(path)
                .send()
                .is(200)
                .has("Location", null)
                .has("Content-Length", content.length);
        linked.get(path).header("If-None-Match", "\"" + sha256(content) + "\"").send().is(304);
    }

    @Test
    void contentThatCannotBeReadIsTheServersFault() {
        Blob broken =
                new Local() {
                    @Override
                    public InputStream open(ByteRange range) {
                        return new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("disk");
                            }
                        };
                    }
                };
        serving(broken)
                .get(path)
                .send()
                .isError(503, "UNAVAILABLE")
                .has("ETag", null)
                .has("Cache-Control", null)
                .has("Accept-Ranges", null)
                .has("Docker-Content-Digest", null);
    }
}
