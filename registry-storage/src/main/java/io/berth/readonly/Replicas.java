package io.berth.readonly;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of a registry, by the documents that they keep about themselves. A replica writes
 * its own before it first asks for the mode. So a mode that is written before the list of replicas
 * is read is seen by each that is not on the list. For one thread.
 */
final class Replicas {

    /**
     * How long a replica says nothing new before it counts as gone: what {@link WriteGate} needs to
     * stop by itself, and a margin for clocks that run at different speeds.
     */
    static final Duration GONE = WriteGate.LEASE.plus(WriteGate.DRAIN).plus(Duration.ofSeconds(10));

    private static final String FOLDER = "replicas";

    private static final Duration RENEWAL = Duration.ofMinutes(10);

    /** A replica that is gone leaves its document. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final int PAGE = 1000;

    private final SharedDocuments documents;
    private final Clock clock;
    private final String id = UUID.randomUUID().toString();
    private final Map<String, Seen> seen = new HashMap<>();
    private @Nullable ReplicaReport reported;

    /**
     * @param since when this version was first read
     */
    private record Seen(String version, long since) {}

    /**
     * @param writes of replicas that have not stopped
     * @param waitingFor their ids
     */
    record Others(int writes, List<String> waitingFor) {}

    Replicas(SharedDocuments documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    String id() {
        return id;
    }

    /** Writes the document of this replica where it is missing or old. */
    void register() {
        Instant now = clock.instant();
        if (reported == null || reported.at().plus(RENEWAL).isBefore(now)) {
            write(new ReplicaReport(reported == null ? null : reported.mode(), 0, now));
        }
    }

    /**
     * Says what this replica does. While it has not stopped, it says so each time, so that others
     * see that it is there.
     */
    void report(@Nullable ReadOnlyMode mode, int writes) {
        String seenMode = mode == null ? null : mode.id();
        ReplicaReport next = new ReplicaReport(seenMode, writes, clock.instant());
        boolean isNew =
                reported == null
                        || reported.writes() != writes
                        || !Objects.equals(reported.mode(), seenMode);
        if (isNew || writes > 0) {
            write(next);
        }
    }

    private void write(ReplicaReport report) {
        Documents.put(documents, DocumentName.in(FOLDER, id), Documents.json(report));
        reported = report;
    }

    /** The document of this replica is not needed any more. */
    void leave() {
        DocumentName name = DocumentName.in(FOLDER, id);
        documents.read(name).ifPresent(document -> documents.remove(name, document));
    }

    /**
     * Looks which other replicas have not stopped.
     *
     * @param now by a clock for lengths of time, in nanoseconds
     */
    Others others(ReadOnlyMode mode, long now) {
        int writes = 0;
        List<String> waitingFor = new ArrayList<>();
        String after = null;
        List<DocumentName> page;
        do {
            page = documents.list(FOLDER, after, PAGE);
            for (DocumentName name : page) {
                String other = name.value().substring(FOLDER.length() + 1);
                after = other;
                Document document = documents.read(name).orElse(null);
                if (document == null || other.equals(id) || isOld(name, document)) {
                    continue;
                }
                ReplicaReport report = Documents.parsed(document, ReplicaReport.class);
                if (!report.hasStopped(mode) && !isGone(other, document.version(), now)) {
                    writes += report.writes();
                    waitingFor.add(other);
                }
            }
        } while (page.size() == PAGE);
        return new Others(writes, waitingFor);
    }

    private boolean isOld(DocumentName name, Document document) {
        Instant at = Documents.parsed(document, ReplicaReport.class).at();
        return at.plus(KEPT).isBefore(clock.instant()) && documents.remove(name, document);
    }

    private boolean isGone(String other, String version, long now) {
        Seen before = seen.get(other);
        if (before == null || !before.version().equals(version)) {
            seen.put(other, new Seen(version, now));
            return false;
        }
        return now - before.since() > GONE.toNanos();
    }

    /** Forgets what others said: the next mode is another one. */
    void forget() {
        seen.clear();
    }
}
