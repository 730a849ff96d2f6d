package io.berth.object.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Strikes at one request on its way to a server, counted from its start. Thread-safe. */
public final class Sabotage implements UnaryOperator<SdkHttpClient> {

    /** What happens to the request. */
    public enum Fault {
        /** The server asks for patience. */
        BUSY,
        /** It does not arrive. */
        LOST,
        /** It is carried out, but the answer does not arrive. */
        ANSWER_LOST,
        /** It is carried out, and the answer breaks off. */
        ANSWER_CUT,
        /** It does not arrive, and neither does any after it. */
        DIES_BEFORE,
        /** It is carried out, and no other after it arrives. */
        DIES_AFTER
    }

    private final Fault fault;
    private final int target;
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean started;

    /**
     * @param request from 1 on; 0: none is struck
     */
    public Sabotage(Fault fault, int request) {
        this.fault = fault;
        this.target = request;
    }

    public void start() {
        started = true;
    }

    /** Requests since the start. */
    public int requests() {
        return count.get();
    }

    @Override
    public SdkHttpClient apply(SdkHttpClient next) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                ExecutableHttpRequest prepared = next.prepareRequest(request);
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() throws IOException {
                        return started ? attacked(prepared) : prepared.call();
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

            @Override
            public String clientName() {
                return next.clientName();
            }
        };
    }

    private HttpExecuteResponse attacked(ExecutableHttpRequest request) throws IOException {
        int number = count.incrementAndGet();
        boolean dies = fault == Fault.DIES_BEFORE || fault == Fault.DIES_AFTER;
        if (dies && number > target) {
            throw new SocketException("sabotage: nobody is there");
        }
        if (number != target) {
            return request.call();
        }
        switch (fault) {
            case BUSY -> {
                return busy();
            }
            case LOST, DIES_BEFORE -> throw new SocketException("sabotage: lost");
            case ANSWER_LOST, DIES_AFTER -> {
                request.call().responseBody().ifPresent(Sabotage::drop);
                throw new SocketException("sabotage: answer lost");
            }
            case ANSWER_CUT -> {
                return cut(request.call());
            }
        }
        throw new IllegalStateException(fault.name());
    }

    private static void drop(AbortableInputStream body) {
        body.abort();
    }

    private static HttpExecuteResponse busy() {
        byte[] body =
                "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
                        .getBytes(StandardCharsets.UTF_8);
        return HttpExecuteResponse.builder()
                .response(
                        SdkHttpResponse.builder()
                                .statusCode(503)
                                .putHeader("Content-Type", "application/xml")
                                .putHeader("Content-Length", Integer.toString(body.length))
                                .build())
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
                .build();
    }

    /** Half of the body, then the connection is gone. */
    private static HttpExecuteResponse cut(HttpExecuteResponse answer) throws IOException {
        if (answer.responseBody().isEmpty()) {
            return answer;
        }
        byte[] all = answer.responseBody().get().readAllBytes();
        InputStream half = new ByteArrayInputStream(all, 0, all.length / 2);
        InputStream end = all.length == 0 ? InputStream.nullInputStream() : new Broken();
        return HttpExecuteResponse.builder()
                .response(answer.httpResponse())
                .responseBody(AbortableInputStream.create(new SequenceInputStream(half, end)))
                .build();
    }

    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new SocketException("sabotage: cut");
        }
    }
}
