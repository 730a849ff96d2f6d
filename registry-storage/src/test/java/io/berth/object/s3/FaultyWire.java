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

/** Records each request, and makes those fail that it is told to. */
final class FaultyWire extends WireTap {

    /** How a request fails. */
    enum Fault {
        /** It does not arrive. */
        REQUEST_LOST,
        /** It is carried out, but its answer does not arrive. */
        ANSWER_LOST,
        /** The server answers that it is busy. */
        BUSY,
        /** The server answers with an error and does not carry it out. */
        FAILED_BEFORE,
        /** The server answers with an error, but carries it out. */
        FAILED_AFTER,
        /** The server refuses the parts, however often it is asked. */
        PARTS_REFUSED;

        /** Those after which the next attempt may succeed. */
        static final Set<Fault> PASSING = EnumSet.complementOf(EnumSet.of(PARTS_REFUSED));

        boolean isCarriedOut() {
            return this == ANSWER_LOST || this == FAILED_AFTER;
        }
    }

    private final List<String> made = Collections.synchronizedList(new ArrayList<>());
    private Predicate<String> failing = operation -> false;
    private Fault fault = Fault.REQUEST_LOST;
    private int times;

    /** The operations requested since the last call, sorted by name. */
    List<String> made() {
        synchronized (made) {
            List<String> sorted = made.stream().sorted().toList();
            made.clear();
            return sorted;
        }
    }

    /** Makes the next {@code count} requests of an operation fail. */
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
