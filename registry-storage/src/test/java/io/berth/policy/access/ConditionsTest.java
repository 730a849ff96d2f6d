package io.berth.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z"); // a Monday

    private static Conditions time(
            @Nullable Instant notBefore,
            @Nullable Instant until,
            List<DayOfWeek> days,
            @Nullable HourRange hours) {
        return new Conditions(Map.of(), List.of(), notBefore, until, days, hours);
    }

    private static boolean holds(Conditions conditions, Instant now) {
        return conditions.holdNow("", now, false);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.0/25, 192.0.2.128, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "192.0.2.0/24, ::ffff:192.0.2.9, true",
        "2001:db8::/32, 2001:db8:1::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "fe80::/10, fe80::1%eth0, true",
    })
    void rangesAreOfAddresses(String range, String address, boolean expected) {
        Conditions conditions =
                new Conditions(
                        Map.of(), List.of(AddressRange.of(range)), null, null, List.of(), null);

        assertThat(conditions.holdNow(address, NOON, !expected)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0/8",
                "300.0.0.0/8",
                "example.com",
                "2001:db8::1/32",
                "2001:db8::/129",
                "10.0.0.0/",
                "10.0.0.0/-1"
            })
    void whatIsNoRangeIsRefused(String text) {
        assertThatThrownBy(() -> AddressRange.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" is not an address or a range");
    }

    @Test
    void momentsAreFromOneAndBeforeTheOther() {
        Conditions between = time(NOON, NOON.plusSeconds(60), List.of(), null);

        assertThat(holds(between, NOON.minusNanos(1))).isFalse();
        assertThat(holds(between, NOON)).isTrue();
        assertThat(holds(between, NOON.plusSeconds(60).minusNanos(1))).isTrue();
        assertThat(holds(between, NOON.plusSeconds(60))).isFalse();
        assertThatThrownBy(() -> time(NOON, NOON, List.of(), null))
                .hasMessageContaining("would never count");
    }

    @Test
    void daysAreInUtc() {
        Conditions monday = time(null, null, List.of(DayOfWeek.MONDAY), null);

        assertThat(holds(monday, NOON)).isTrue();
        assertThat(holds(monday, Instant.parse("2026-06-01T23:59:59Z"))).isTrue();
        assertThat(holds(monday, Instant.parse("2026-06-02T00:00:00Z"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "08:00-18:00, 08:00, true",
        "08:00-18:00, 18:00, false",
        "22:00-06:00, 23:00, true",
        "22:00-06:00, 05:59, true",
        "22:00-06:00, 06:00, false",
        "22:00-24:00, 23:59, true",
        "22:00-24:00, 00:00, false",
    })
    void hoursMayGoOverMidnight(String hours, String at, boolean expected) {
        Conditions conditions = time(null, null, List.of(), HourRange.of(hours));

        assertThat(holds(conditions, Instant.parse("2026-06-01T" + at + ":00Z")))
                .isEqualTo(expected);
        assertThat(HourRange.of(hours)).hasToString(hours);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8-18",
                "08:00",
                "08:00-08:00",
                "08:00-24:01",
                "24:00-08:00",
                "08:60-09:00"
            })
    void whatIsNoPartOfADayIsRefused(String text) {
        assertThatThrownBy(() -> HourRange.of(text))
                .hasMessageStartingWith("\"" + text + "\" is not a part of the day");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "group:", "user: ", "robot:"})
    void aPrincipalHasAName(String text) {
        assertThatThrownBy(() -> Principal.of(text))
                .hasMessageStartingWith("\"" + text + "\" is not a user such as");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anonymous", "*", "group:dev", "robot:ci", "alice", "org/repo:x"})
    void aPrincipalReadsAsItIsWritten(String text) {
        assertThat(Principal.of(text)).hasToString(text);
    }

    @Test
    void aUserMayBeCalledAsSomethingElseIs() {
        assertThat(Principal.of("user:anonymous"))
                .isEqualTo(new Principal(Principal.Kind.USER, "anonymous"));
        assertThat(Principal.of("user:group:x"))
                .isEqualTo(new Principal(Principal.Kind.USER, "group:x"));
    }
}
