package io.berth.policy.access;

import io.berth.setting.SettingChecks;
import java.net.InetAddress;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a rule counts ({@code when}): all that is set must hold. Immutable.
 *
 * @param claims of the credentials, by their names: each must be there, and be as one of its
 *     patterns
 * @param addresses of the client, one of which it must have; empty: any
 * @param notBefore the first moment; {@code null}: always was
 * @param until the moment at which it ends; {@code null}: never
 * @param days in UTC; empty: all
 * @param hours in UTC; {@code null}: all
 */
public record Conditions(
        Map<String, List<TextGlob>> claims,
        List<AddressRange> addresses,
        @Nullable Instant notBefore,
        @Nullable Instant until,
        List<DayOfWeek> days,
        @Nullable HourRange hours) {

    private static final int MINUTES = 60;

    /**
     * @throws IllegalArgumentException when the rule could never count
     */
    public Conditions {
        claims = Map.copyOf(claims);
        addresses = List.copyOf(addresses);
        days = List.copyOf(days);
        SettingChecks.refuseIf(
                notBefore != null && until != null && !notBefore.isBefore(until),
                "until is not after notbefore: the rule would never count");
        SettingChecks.refuseIf(
                claims.values().stream().anyMatch(List::isEmpty),
                "claims has a name without a value: the rule would never count");
    }

    /** How many there are: days and hours count as one of time. */
    int count() {
        return claims.size() + (addresses.isEmpty() ? 0 : 1) + (hasTime() ? 1 : 0);
    }

    private boolean hasTime() {
        return notBefore != null || until != null || !days.isEmpty() || hours != null;
    }

    /** Whether they can be different in the next request with the same credentials. */
    boolean varies() {
        return !addresses.isEmpty() || hasTime();
    }

    /** Whether the claims of an identity are as they must be. */
    boolean claimsHold(Map<String, String> present) {
        for (Map.Entry<String, List<TextGlob>> claim : claims.entrySet()) {
            String value = present.get(claim.getKey());
            if (value == null || claim.getValue().stream().noneMatch(one -> one.matches(value))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the address and the time are as they must be.
     *
     * @param address of the client, as text
     * @param otherwise whether an address that cannot be read counts as one of the addresses
     */
    boolean holdNow(String address, Instant now, boolean otherwise) {
        return (addresses.isEmpty() || addressHolds(address, otherwise)) && timeHolds(now);
    }

    private boolean addressHolds(String text, boolean otherwise) {
        Optional<InetAddress> address = AddressRange.address(text);
        return address.isEmpty()
                ? otherwise
                : addresses.stream().anyMatch(range -> range.contains(address.get()));
    }

    private boolean timeHolds(Instant now) {
        if ((notBefore != null && now.isBefore(notBefore))
                || (until != null && !now.isBefore(until))) {
            return false;
        }
        if (days.isEmpty() && hours == null) {
            return true;
        }
        ZonedDateTime utc = now.atZone(ZoneOffset.UTC);
        return (days.isEmpty() || days.contains(utc.getDayOfWeek()))
                && (hours == null || hours.contains(utc.getHour() * MINUTES + utc.getMinute()));
    }
}
