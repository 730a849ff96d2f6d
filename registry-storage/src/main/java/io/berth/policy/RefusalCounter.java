package io.berth.policy;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what rules refuse, and what they only warn of, since the start of the process. Holds one
 * number for each rule, subject and result, which are names of the policy file. Thread-safe.
 */
public final class RefusalCounter {

    /**
     * What is counted.
     *
     * @param policy the section of the policy file, such as {@code classes}
     * @param rule the name of the rule
     * @param subject what was refused, such as the class of the manifest
     * @param refused {@code false}: the rule only warns, and the request went on
     */
    public record Refusal(String policy, String rule, String subject, boolean refused)
            implements Comparable<Refusal> {

        @Override
        public int compareTo(Refusal other) {
            return text().compareTo(other.text());
        }

        private String text() {
            return String.join("\n", policy, rule, subject, Boolean.toString(refused));
        }
    }

    private final ConcurrentMap<Refusal, LongAdder> counts = new ConcurrentHashMap<>();

    public void add(Refusal refusal) {
        counts.computeIfAbsent(refusal, _ -> new LongAdder()).increment();
    }

    /** A copy of all counts, sorted. */
    public Map<Refusal, Long> counts() {
        Map<Refusal, Long> copy = new TreeMap<>();
        counts.forEach((refusal, count) -> copy.put(refusal, count.sum()));
        return copy;
    }
}
