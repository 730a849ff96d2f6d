package io.berth.http.response;

import io.berth.name.ByteRange;
import io.berth.name.MediaType;
import io.berth.registry.Blob;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** Several ranges of one blob in one response (RFC 9110, section 14.6). */
public final class MultipartRanges {

    private final List<ByteRange> ranges;
    private final long size;

    /** Random, so that no content can contain it on purpose. */
    private final String boundary = UUID.randomUUID().toString();

    /**
     * @param size bytes of the blob
     */
    public MultipartRanges(List<ByteRange> ranges, long size) {
        this.ranges = ranges;
        this.size = size;
    }

    /** The value of {@code Content-Range}. */
    public static String contentRange(ByteRange range, long size) {
        return "bytes " + range.first() + "-" + range.last() + "/" + size;
    }

    /**
     * Sends the ranges.
     *
     * @throws IOException when the client's connection fails
     */
    public void send(Blob blob, BlobSender sender, HttpServletResponse response)
            throws IOException {
        response.setContentType("multipart/byteranges; boundary=" + boundary);
        response.setContentLengthLong(length());
        ServletOutputStream out = response.getOutputStream();
        for (ByteRange range : ranges) {
            out.write(head(range));
            sender.copy(blob, range, out);
        }
        out.write(end());
    }

    private long length() {
        long length = end().length;
        for (ByteRange range : ranges) {
            length += head(range).length + range.length();
        }
        return length;
    }

    private byte[] head(ByteRange range) {
        return ascii(
                "\r\n--"
                        + boundary
                        + "\r\nContent-Type: "
                        + MediaType.OCTET_STREAM
                        + "\r\nContent-Range: "
                        + contentRange(range, size)
                        + "\r\n\r\n");
    }

    private byte[] end() {
        return ascii("\r\n--" + boundary + "--\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
