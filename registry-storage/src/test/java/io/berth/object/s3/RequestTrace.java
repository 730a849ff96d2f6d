package io.berth.object.s3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/**
 * Records every request and when it began and ended. Delays each, so that concurrent requests
 * overlap. Thread-safe.
 */
public final class RequestTrace extends WireTap {

    /** Longer than it takes to begin all requests that can be concurrent. */
    private static final long LATENCY_MILLIS = 60;

    private record Sent(String operation, long start, long end) {}

    private final List<Sent> sent = new ArrayList<>();

    @Override
    HttpExecuteResponse call(String operation, ExecutableHttpRequest request) throws IOException {
        long start = System.nanoTime();
        try {
            Thread.sleep(LATENCY_MILLIS);
            return request.call();
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            synchronized (sent) {
                sent.add(new Sent(operation, start, System.nanoTime()));
            }
        }
    }

    /** The number of requests of each operation since the last call, sorted by name. */
    public Map<String, Integer> taken() {
        Map<String, Integer> counts = new TreeMap<>();
        synchronized (sent) {
            sent.forEach(request -> counts.merge(request.operation, 1, Integer::sum));
            sent.clear();
        }
        return counts;
    }

    /** The longest sequence of requests of which each began after the one before had ended. */
    public int depth() {
        List<Sent> requests;
        synchronized (sent) {
            requests = new ArrayList<>(sent);
        }
        requests.sort(Comparator.comparingLong(Sent::start));
        int[] depths = new int[requests.size()];
        int deepest = 0;
        for (int i = 0; i < depths.length; i++) {
            depths[i] = 1;
            for (int j = 0; j < i; j++) {
                if (requests.get(j).end <= requests.get(i).start) {
                    depths[i] = Math.max(depths[i], depths[j] + 1);
                }
            }
            deepest = Math.max(deepest, depths[i]);
        }
        return deepest;
    }
}
