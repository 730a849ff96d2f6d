package io.berth.admin;

import io.berth.access.Caller;
import io.berth.readonly.ReadOnlyMode;
import io.berth.readonly.ReadOnlyStatus;
import io.berth.readonly.ReadOnlySwitch;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The read-only mode of all replicas. */
@RestController
@RequestMapping("/read-only")
final class ReadOnlyController {

    private static final int MAX_REASON = 200;
    private static final int MAX_REPOSITORIES = 100;

    private final ReadOnlySwitch readOnly;
    private final Clock clock;

    ReadOnlyController(ReadOnlySwitch readOnly, Clock clock) {
        this.readOnly = readOnly;
        this.clock = clock;
    }

    /**
     * What becomes read-only.
     *
     * @param repositories {@code null}: the whole registry
     * @param until {@code null}: until it is switched off
     */
    record Wanted(String reason, @Nullable List<String> repositories, @Nullable Instant until) {}

    /** How far it is; members that are {@code null} are left out. */
    record Status(
            String state,
            @Nullable String reason,
            @Nullable String by,
            @Nullable List<String> repositories,
            @Nullable Instant since,
            @Nullable Instant until,
            int writes,
            List<String> waitingFor) {

        private static Status of(ReadOnlyStatus status) {
            ReadOnlyMode mode = status.mode();
            return new Status(
                    status.state().name().toLowerCase(Locale.ROOT),
                    mode == null ? null : mode.reason(),
                    mode == null ? null : mode.by(),
                    mode == null || mode.repositories().isEmpty() ? null : mode.repositories(),
                    mode == null ? null : mode.since(),
                    mode == null ? null : mode.until(),
                    status.writes(),
                    status.waitingFor());
        }
    }

    @GetMapping
    Status status() {
        return Status.of(readOnly.refresh());
    }

    @PutMapping
    Status turnOn(@RequestBody Wanted wanted) {
        List<String> repositories =
                wanted.repositories() == null ? List.of() : wanted.repositories();
        requireValid(wanted, repositories);
        try {
            return Status.of(
                    readOnly.turnOn(
                            repositories,
                            Caller.current().name(),
                            wanted.reason(),
                            wanted.until()));
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    @SuppressWarnings("NullAway") // JSON may lack what the record must have
    private void requireValid(Wanted wanted, List<String> repositories) {
        if (wanted.reason() == null
                || wanted.reason().isBlank()
                || wanted.reason().length() > MAX_REASON
                || wanted.reason().chars().anyMatch(Character::isISOControl)) {
            throw invalid(
                    "reason must be one line of 1 to %d characters, which clients are shown"
                            .formatted(MAX_REASON));
        }
        if ((wanted.repositories() != null && repositories.isEmpty())
                || repositories.size() > MAX_REPOSITORIES
                || repositories.stream().anyMatch(Objects::isNull)) {
            throw invalid(
                    "repositories must be 1 to %d patterns; leave it out for the whole registry"
                            .formatted(MAX_REPOSITORIES));
        }
        if (wanted.until() != null && !wanted.until().isAfter(clock.instant())) {
            throw invalid("until must be in the future");
        }
    }

    private static ResponseStatusException invalid(String detail) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, detail);
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void turnOff() {
        var _ = readOnly.turnOff();
    }
}
