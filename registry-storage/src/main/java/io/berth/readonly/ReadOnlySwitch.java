package io.berth.readonly;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.readonly.ReadOnlyStatus.State;
import io.berth.readonly.Replicas.Others;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Switches the read-only mode of all replicas. The mode is a document that each replica reads at
 * intervals ({@link #refresh}). It is on when each replica has either said that it has seen the
 * mode and has no write under way that it covers, or has said nothing for so long that its {@link
 * WriteGate} has stopped. Safe for use by many threads.
 */
public final class ReadOnlySwitch {

    private static final DocumentName MODE = DocumentName.of("read-only");

    private final SharedDocuments documents;
    private final WriteGate gate;
    private final Replicas replicas;
    private final Clock clock;

    private volatile ReadOnlyStatus status = ReadOnlyStatus.NOTHING;

    public ReadOnlySwitch(SharedDocuments documents, WriteGate gate, Clock clock) {
        this.documents = documents;
        this.gate = gate;
        this.clock = clock;
        this.replicas = new Replicas(documents, clock);
    }

    /** What the last {@link #refresh} found. */
    public ReadOnlyStatus status() {
        return status;
    }

    /**
     * Asks the store for the mode, obeys it, and says so. To be called every few seconds, and by
     * the methods that change the mode.
     *
     * @throws RegistryException UNAVAILABLE; when this lasts, writes are refused
     */
    public synchronized ReadOnlyStatus refresh() {
        replicas.register(); // before the mode is read
        long askedAt = gate.now();
        ReadOnlyMode mode =
                documents
                        .read(MODE)
                        .map(document -> Documents.parsed(document, ReadOnlyMode.class))
                        .filter(found -> !found.isOver(clock.instant()))
                        .orElse(null);
        gate.learned(mode, new Coverage(mode == null ? List.of() : mode.repositories()), askedAt);
        int writes = gate.coveredUnderWay();
        replicas.report(mode, writes);
        status = mode == null ? off() : progress(mode, writes);
        return status;
    }

    private ReadOnlyStatus off() {
        replicas.forget();
        return ReadOnlyStatus.NOTHING;
    }

    private ReadOnlyStatus progress(ReadOnlyMode mode, int writes) {
        if (status.mode() != null && !status.mode().id().equals(mode.id())) {
            replicas.forget();
        } else if (status.state() == State.ON) {
            return status; // a replica that starts now sees the mode first
        }
        Others others = replicas.others(mode, gate.now());
        List<String> waitingFor =
                writes == 0
                        ? others.waitingFor()
                        : Stream.concat(Stream.of(replicas.id()), others.waitingFor().stream())
                                .toList();
        return new ReadOnlyStatus(
                waitingFor.isEmpty() ? State.ON : State.DRAINING,
                mode,
                writes + others.writes(),
                waitingFor);
    }

    /**
     * Switches the mode on, in place of one that is on. It is on when {@link #status} says so.
     *
     * @param repositories names, or all below a name ({@code team/**}); empty: the whole registry
     * @param until {@code null}: until it is switched off
     * @throws IllegalArgumentException when one of them has another form
     * @throws RegistryException UNAVAILABLE when it is not known whether it was switched on
     */
    public ReadOnlyStatus turnOn(
            List<String> repositories, String by, String reason, @Nullable Instant until) {
        var _ = new Coverage(repositories); // throws before anything is written
        ReadOnlyMode mode =
                new ReadOnlyMode(
                        UUID.randomUUID().toString(),
                        repositories,
                        by,
                        reason,
                        clock.instant(),
                        until);
        write(mode);
        return refresh();
    }

    /** Where the answer of the store is lost, what it holds is looked at. */
    private void write(ReadOnlyMode mode) {
        byte[] content = Documents.json(mode);
        try {
            Documents.put(documents, MODE, content);
        } catch (RegistryException e) {
            if (e.code() != ErrorCode.UNAVAILABLE) {
                throw e;
            }
            Documents.put(documents, MODE, content); // returns if it is there
        }
    }

    /**
     * Switches the mode off. Other replicas notice within the interval of their {@link #refresh}.
     *
     * @throws RegistryException UNAVAILABLE when it is not known whether it was switched off
     */
    public ReadOnlyStatus turnOff() {
        Optional<Document> document = documents.read(MODE);
        while (document.isPresent() && !documents.remove(MODE, document.get())) {
            document = documents.read(MODE);
        }
        return refresh();
    }

    /**
     * Ends all writes of this replica. If none is under way, others need not wait for it from now
     * on.
     *
     * @throws RegistryException UNAVAILABLE; others will wait for it
     */
    public synchronized void leave() {
        if (gate.close()) {
            replicas.leave();
        }
    }
}
