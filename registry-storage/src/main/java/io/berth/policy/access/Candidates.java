package io.berth.policy.access;

import io.berth.access.Action;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The rules for an identity and a resource, the most specific first. Immutable. */
final class Candidates {

    /** What is known about an action without a look at the address and the time. */
    private enum Verdict {
        NO,
        YES,
        DEPENDS
    }

    private final List<Candidate> sorted;

    private final Map<Action, Verdict> verdicts = new EnumMap<>(Action.class);

    private Candidates(List<Candidate> sorted) {
        this.sorted = sorted;
        for (Action action : Action.values()) {
            verdicts.put(action, verdict(action));
        }
    }

    static Candidates of(List<Candidate> sorted) {
        return new Candidates(List.copyOf(sorted));
    }

    private Verdict verdict(Action action) {
        for (Candidate candidate : sorted) {
            if (!candidate.rule().isAbout(action)) {
                continue;
            }
            if (candidate.rule().when().varies()) {
                return Verdict.DEPENDS;
            }
            return candidate.refuses() ? Verdict.NO : Verdict.YES;
        }
        return Verdict.NO;
    }

    boolean allow(Action action, String address, Clock clock) {
        return switch (verdicts.getOrDefault(action, Verdict.NO)) {
            case YES -> true;
            case NO -> false;
            case DEPENDS -> allowNow(action, address, clock.instant());
        };
    }

    private boolean allowNow(Action action, String address, Instant now) {
        for (Candidate candidate : sorted) {
            if (matches(candidate, action, address, now)) {
                return !candidate.refuses();
            }
        }
        return false;
    }

    /** Those that match, the one that decides first. */
    List<AccessRule> matching(Action action, String address, Instant now) {
        return sorted.stream()
                .filter(candidate -> matches(candidate, action, address, now))
                .map(Candidate::rule)
                .toList();
    }

    private static boolean matches(
            Candidate candidate, Action action, String address, Instant now) {
        return candidate.rule().isAbout(action)
                && candidate.rule().when().holdNow(address, now, candidate.refuses());
    }
}
