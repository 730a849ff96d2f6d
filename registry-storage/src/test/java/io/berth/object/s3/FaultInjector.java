package io.berth.object.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/** Makes one request fail, counted from {@link #start}. Thread-safe. */
public final class FaultInjector extends WireTap {

    /** How the request fails. */
    public enum Fault {
        /** The server answers that it is busy. */
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
     * @param request the number of the request that fails, from 1; 0: none
     */
    public FaultInjector(Fault fault, int request) {
        this.fault = fault;
        this.target = request;
    }

    public void start() {
        started = true;
    }

    /** The number of requests since the start. */
    public int requests() {
        return count.get();
    }

    @Override
    HttpExecuteResponse call(String operation, ExecutableHttpRequest request) throws IOException {
        if (!started) {
            return request.call();
        }
        int number = count.incrementAndGet();
        boolean dies = fault == Fault.DIES_BEFORE || fault == Fault.DIES_AFTER;
        if (dies && target > 0 && number > target) {
            throw new SocketException("injected: no server");
        }
        if (number != target) {
            return request.call();
        }
        switch (fault) {
            case BUSY -> {
                return answer(503, "SlowDown");
            }
            case LOST, DIES_BEFORE -> throw new SocketException("injected: request lost");
            case ANSWER_LOST, DIES_AFTER -> {
                request.call().responseBody().ifPresent(FaultInjector::drop);
                throw new SocketException("injected: answer lost");
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

    /** Half of the body, and then a broken connection. */
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
            throw new SocketException("injected: answer cut");
        }
    }
}
