package io.berth.object.s3;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/** Notes each request and fails those that it is told to. */
final class FaultyWire extends WireTap {

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
        FAILED_AFTER,
        /** The server wants other parts: the same request is never carried out. */
        PARTS_REFUSED;

        /** Those that may pass by the next attempt. */
        static final Set<Fault> PASSING = EnumSet.complementOf(EnumSet.of(PARTS_REFUSED));

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
    HttpExecuteResponse call(String operation, ExecutableHttpRequest request) throws IOException {
        made.add(operation);
        return fails(operation) ? failed(request) : request.call();
    }

    private HttpExecuteResponse failed(ExecutableHttpRequest request) throws IOException {
        if (fault.isCarriedOut()) {
            request.call().responseBody().ifPresent(FaultyWire::drain);
        }
        return switch (fault) {
            case REQUEST_LOST, ANSWER_LOST -> throw new SocketException("Connection reset");
            case BUSY -> answer(503, "SlowDown");
            case PARTS_REFUSED -> answer(400, "InvalidPart");
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
}
