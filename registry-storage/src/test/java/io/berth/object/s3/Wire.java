package io.berth.object.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What lies between the SDK and the network: notes each request, repeated ones as often as they are
 * made, and fails those that it is told to.
 */
final class Wire implements UnaryOperator<SdkHttpClient> {

    /** How a request can fail. */
    enum Fault {
        /** It never arrives. */
        REQUEST_LOST,
        /** It is carried out, but nobody hears of it. */
        ANSWER_LOST,
        /** The server is busy and says so. */
        BUSY,
        /** The server fails before it did anything. */
        FAILED_BEFORE,
        /** The server fails after it did everything. */
        FAILED_AFTER;

        boolean isCarriedOut() {
            return this == ANSWER_LOST || this == FAILED_AFTER;
        }
    }

    private final List<String> made = Collections.synchronizedList(new ArrayList<>());
    private Predicate<String> failing = operation -> false;
    private Fault fault = Fault.REQUEST_LOST;
    private int times;

    /** The operations that were requested since the last call, sorted by name. */
    List<String> made() {
        synchronized (made) {
            List<String> sorted = made.stream().sorted().toList();
            made.clear();
            return sorted;
        }
    }

    /** From now on fails the next {@code count} requests of an operation. */
    synchronized void fail(String operation, Fault how, int count) {
        failing = operation::equals;
        fault = how;
        times = count;
    }

    private synchronized boolean fails(String operation) {
        if (times > 0 && failing.test(operation)) {
            times--;
            return true;
        }
        return false;
    }

    @Override
    public SdkHttpClient apply(SdkHttpClient next) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                ExecutableHttpRequest prepared = next.prepareRequest(request);
                String operation = operation(request.httpRequest());
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() throws IOException {
                        made.add(operation);
                        return fails(operation) ? failed(prepared) : prepared.call();
                    }

                    @Override
                    public void abort() {
                        prepared.abort();
                    }
                };
            }

            @Override
            public void close() {
                next.close();
            }
        };
    }

    private HttpExecuteResponse failed(ExecutableHttpRequest request) throws IOException {
        if (fault.isCarriedOut()) {
            request.call().responseBody().ifPresent(Wire::drain);
        }
        return switch (fault) {
            case REQUEST_LOST, ANSWER_LOST -> throw new SocketException("Connection reset");
            case BUSY -> answer(503, "SlowDown");
            case FAILED_BEFORE, FAILED_AFTER -> answer(500, "InternalError");
        };
    }

    private static void drain(AbortableInputStream body) {
        try (body) {
            body.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpExecuteResponse answer(int status, String code) {
        byte[] body =
                ("<Error><Code>" + code + "</Code><Message>so it is</Message></Error>")
                        .getBytes(StandardCharsets.UTF_8);
        return HttpExecuteResponse.builder()
                .response(
                        SdkHttpResponse.builder()
                                .statusCode(status)
                                .putHeader("Content-Length", Integer.toString(body.length))
                                .build())
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                .build();
    }

    private static String operation(SdkHttpRequest request) {
        boolean copy = request.firstMatchingHeader("x-amz-copy-source").isPresent();
        boolean part = request.rawQueryParameters().containsKey("uploadId");
        boolean uploads = request.rawQueryParameters().containsKey("uploads");
        boolean list = request.rawQueryParameters().containsKey("list-type");
        return switch (request.method()) {
            case HEAD -> "HeadObject";
            case GET -> list ? "ListObjectsV2" : uploads ? "ListMultipartUploads" : "GetObject";
            case PUT ->
                    copy
                            ? part ? "UploadPartCopy" : "CopyObject"
                            : part ? "UploadPart" : "PutObject";
            case POST ->
                    uploads
                            ? "CreateMultipartUpload"
                            : part ? "CompleteMultipartUpload" : "DeleteObjects";
            case DELETE -> part ? "AbortMultipartUpload" : "DeleteObject";
            default -> request.method().name();
        };
    }
}
