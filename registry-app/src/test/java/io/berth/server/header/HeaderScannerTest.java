package io.berth.server.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderScannerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "\r\n\r\n\nGET / HTTP/1.1\r\n\r\n"
            })
    void isBehindTheEmptyLine(String header) {
        assertThat(find(header + "body\r\n\r\n", 0)).isEqualTo(header.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "\n\n\n",
                "GET / HTTP/1.1\r\nHost: a\r\n",
                "a\r\n\r",
                "a\r\r"
            })
    void isNotThereYet(String header) {
        assertThat(find(header, 0)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u0016\u0003\u0001", "\r\n\u0080", "\u0000", " GET / HTTP/1.1", "(", "@"})
    void isNeverThere(String bytes) {
        assertThat(HeaderScanner.isNotHttp(bytes(bytes), bytes.length())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "G", "\nget", "M-SEARCH * HTTP/1.1", "~"})
    void mayCome(String bytes) {
        assertThat(HeaderScanner.isNotHttp(bytes(bytes), bytes.length())).isFalse();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void isFoundWhereverTheHeaderWasCut() {
        String header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for (int cut = 0; cut < header.length(); cut++) {
            assertThat(find(header.substring(0, cut), 0)).isEqualTo(-1);
            assertThat(find(header, Math.max(cut - 3, 0))).isEqualTo(header.length());
        }
    }

    private static int find(String text, int from) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return HeaderScanner.findEnd(ByteBuffer.wrap(bytes), bytes.length, from);
    }
}
