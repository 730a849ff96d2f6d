package io.berth.auth.robot;

import io.berth.access.Identity;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A robot account as its document has it. Immutable. */
record RobotAccount(
        RobotName name,
        String description,
        Set<String> groups,
        Instant created,
        @Nullable Instant expires,
        boolean enabled,
        List<RobotSecret> secrets) {

    /** The form in the document; times are texts. */
    private record Written(
            String description,
            List<String> groups,
            String created,
            @Nullable String expires,
            boolean enabled,
            List<WrittenSecret> secrets) {}

    private record WrittenSecret(String sha256, @Nullable String until) {}

    private static final JsonMapper json = JsonMapper.shared();

    RobotAccount {
        groups = Set.copyOf(groups);
        secrets = List.copyOf(secrets);
    }

    /**
     * @throws IllegalArgumentException when it is not what {@link #toBytes} has made
     */
    static RobotAccount parse(RobotName name, byte[] document) {
        try {
            Written written = json.readValue(document, Written.class);
            List<RobotSecret> secrets = new ArrayList<>();
            for (WrittenSecret secret : written.secrets()) {
                secrets.add(new RobotSecret(secret.sha256(), time(secret.until())));
            }
            return new RobotAccount(
                    name,
                    written.description(),
                    Set.copyOf(written.groups()),
                    Instant.parse(written.created()),
                    time(written.expires()),
                    written.enabled(),
                    secrets);
        } catch (JacksonException | DateTimeException | NullPointerException e) {
            throw new IllegalArgumentException(
                    "the document " + name.document() + " is not what the registry has written", e);
        }
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    byte[] toBytes() {
        return json.writeValueAsBytes(
                new Written(
                        description,
                        groups.stream().sorted().toList(),
                        created.toString(),
                        text(expires),
                        enabled,
                        secrets.stream()
                                .map(
                                        secret ->
                                                new WrittenSecret(
                                                        secret.hash(), text(secret.until())))
                                .toList()));
    }

    /** What others may see of it. */
    Robot shown() {
        List<@Nullable Instant> ends = new ArrayList<>();
        for (RobotSecret secret : secrets) {
            Instant until = secret.until();
            boolean first = until != null && (expires == null || until.isBefore(expires));
            ends.add(first ? until : expires);
        }
        return new Robot(name, description, groups, created, expires, enabled, ends);
    }

    /** Whether a secret is one of the account, and may be used now. */
    boolean accepts(String secret, Instant now) {
        boolean right = false;
        for (RobotSecret each : secrets) {
            right |= each.matches(secret, now); // all of them, whichever it is
        }
        return right && enabled && (expires == null || now.isBefore(expires));
    }

    Identity identity() {
        return new Identity(Identity.Kind.ROBOT, name.value(), groups, Map.of(), null);
    }

    RobotAccount enabled(boolean now) {
        return new RobotAccount(name, description, groups, created, expires, now, secrets);
    }

    RobotAccount endingAt(@Nullable Instant end) {
        return new RobotAccount(name, description, groups, created, end, enabled, secrets);
    }

    /** With another secret, and the last one until a time. Those before it are gone. */
    RobotAccount rotated(RobotSecret next, Instant until) {
        List<RobotSecret> kept = new ArrayList<>();
        if (!secrets.isEmpty()) {
            kept.add(secrets.getLast().endingAt(until));
        }
        kept.add(next);
        return new RobotAccount(name, description, groups, created, expires, enabled, kept);
    }
}
