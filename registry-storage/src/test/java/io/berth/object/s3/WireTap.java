package io.berth.object.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Wraps an HTTP client of the SDK: sees every request, also each retry, and may answer it in place
 * of the server.
 */
abstract class WireTap implements UnaryOperator<SdkHttpClient> {

    /**
     * Makes a request, or answers in its place.
     *
     * @param operation its name in S3
     */
    abstract HttpExecuteResponse call(String operation, ExecutableHttpRequest request)
            throws IOException;

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
                        return WireTap.this.call(operation, prepared);
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

    /** An answer with an error code of S3. */
    static HttpExecuteResponse answer(int status, String code) {
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
