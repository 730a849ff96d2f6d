package io.berth.policy.file;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Action;
import io.berth.config.tree.WrongSettingException;
import io.berth.policy.access.AccessRule;
import io.berth.policy.access.AccessRule.Effect;
import io.berth.policy.access.AddressRange;
import io.berth.policy.access.Conditions;
import io.berth.policy.access.HourRange;
import io.berth.policy.access.Principal;
import io.berth.policy.access.RepositoryGlob;
import io.berth.policy.access.TextGlob;
import io.berth.reload.UnusableFileException;
import io.berth.setting.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class PolicyFileTest {

    private static final String ONE_RULE =
            """
            access:
              rules:
                - who: alice
                  repositories: [team/**]
                  actions: [pull, push]
            """;

    @TempDir Path folder;

    private static PolicyDocument parse(String text) throws UnusableFileException {
        return PolicyParser.parse(
                text.getBytes(StandardCharsets.UTF_8), Path.of("/etc/berth/policy.yml"));
    }

    private static List<AccessRule> rules(String text) throws UnusableFileException {
        return requireNonNull(parse(text).access()).rules();
    }

    @Test
    void aRuleHasDefaults() throws UnusableFileException {
        assertThat(rules(ONE_RULE))
                .containsExactly(
                        new AccessRule(
                                new Origin("policy.yml", 3),
                                null,
                                Effect.ALLOW,
                                List.of(Principal.of("alice")),
                                List.of(RepositoryGlob.of("team/**")),
                                false,
                                List.of(Action.PULL, Action.PUSH),
                                new Conditions(Map.of(), List.of(), null, null, List.of(), null)));
    }

    @Test
    void aRuleTakesEveryValue() throws UnusableFileException {
        assertThat(
                        rules(
                                """
                                # from the office
                                access:
                                  rules:
                                    - name: the office
                                      effect: forbid
                                      who: ["*", anonymous, group:dev, robot:ci]
                                      repositories: ["**", team/*]
                                      registry: true
                                      actions: ["*", tag-overwrite, create]
                                      when:
                                        claims: {ref: refs/tags/*, repo: [a/b, a/c]}
                                        addresses: [10.0.0.0/8, "2001:db8::/32"]
                                        notbefore: 2026-01-01T00:00:00Z
                                        until: "2026-06-01T00:00:00+02:00"
                                        days: [monday, sunday]
                                        hours: 22:00-06:00
                                """))
                .containsExactly(
                        new AccessRule(
                                new Origin("policy.yml", 4),
                                "the office",
                                Effect.FORBID,
                                List.of(
                                        Principal.of("*"),
                                        Principal.of("anonymous"),
                                        Principal.of("group:dev"),
                                        Principal.of("robot:ci")),
                                List.of(RepositoryGlob.of("**"), RepositoryGlob.of("team/*")),
                                true,
                                List.of(Action.ALL, Action.TAG_OVERWRITE, Action.CREATE),
                                new Conditions(
                                        Map.of(
                                                "ref",
                                                List.of(TextGlob.of("refs/tags/*")),
                                                "repo",
                                                List.of(TextGlob.of("a/b"), TextGlob.of("a/c"))),
                                        List.of(
                                                AddressRange.of("10.0.0.0/8"),
                                                AddressRange.of("2001:db8::/32")),
                                        Instant.parse("2026-01-01T00:00:00Z"),
                                        Instant.parse("2026-05-31T22:00:00Z"),
                                        List.of(DayOfWeek.MONDAY, DayOfWeek.SUNDAY),
                                        HourRange.of("22:00-06:00"))));
    }

    /** Lines of the text end with {@code ;} here. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acess: {} | line 1: acess does not exist: is access meant?",
                "access: {};zzzz: 1 | line 2: zzzz does not exist: there are access",
                "access: | line 1: access has no value: give it one, or remove it",
                "access: 1 | line 1: access must be a map of rules",
                "[] | line 1: the file must be a map of access",
                "access: {} | line 1: access.rules is empty, so nobody could do anything: add one,"
                        + " or remove the section",
                "access:;  rules:;  - {who: a, repositories: b, actoins: pull} | line 3:"
                        + " access.rules[0].actoins does not exist: is actions meant?",
                "access:;  rules:;  - who: a;    repositories: B;    actions: pull | line 4:"
                        + " access.rules[0].repositories is \"B\", but must be a pattern of"
                        + " repositories such as library/app, team/* or team/**, in lower case,"
                        + " with ** as a whole component",
                "access:;  rules:;  - {who: a, repositories: [b, [c]], actions: pull} | line 3:"
                        + " access.rules[0].repositories[1] must be one value",
                "access:;  rules:;  - {who: a, repositories: b, actions: fly} | line 3:"
                        + " access.rules[0].actions is \"fly\", but must be one of pull, push,"
                        + " create, tag-overwrite, delete, admin, *",
                "access:;  rules:;  - {repositories: b, actions: pull} | line 3: access.rules[0].who"
                        + " is missing: name users, group:NAME, robot:NAME, anonymous, or \"*\" for"
                        + " all who have a name",
                "access:;  rules:;  - {who: a, who: b} | line 3: access.rules[0].who is set twice:"
                        + " remove one of them",
                "access:;  rules:;  - {who: a, repositories: b, actions: pull, when: {until: soon}}"
                        + " | line 3: access.rules[0].when.until is \"soon\", but must be a moment"
                        + " such as 2026-12-31T18:00:00Z",
                "access:;  rules: [;} | line 3: it is not YAML",
            })
    void whatIsWrongIsNamed(String text, String problem) {
        assertThatThrownBy(() -> parse(text.replace(';', '\n')))
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        assertThatThrownBy(
                        () ->
                                parse(
                                        """
                                        access:
                                          rules:
                                            - who: "group:"
                                              repositories: /a
                                              actions: pull
                                            - {}
                                        other: 1
                                        """))
                .hasMessageStartingWith("is wrong in 4 places:\n  line 3: access.rules[0].who is")
                .hasMessageContaining("\n  line 4: access.rules[0].repositories is \"/a\"")
                .hasMessageContaining("\n  line 6: access.rules[1].who is missing")
                .hasMessageContaining("\n  line 7: other does not exist");
    }

    @Test
    void aFileThatExplodesIsRefused() {
        assertThatThrownBy(() -> parse("a: &a [1]\nb: [*a, *a]\n"))
                .hasMessageContaining("not YAML");
        assertThatThrownBy(() -> parse("[".repeat(1000))).hasMessageContaining("not YAML");
        assertThatThrownBy(() -> parse("# nothing\n")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> PolicyParser.parse(new byte[] {(byte) 0xff}, Path.of("p")))
                .hasMessage("is not a text in UTF-8");
    }

    @Test
    void withoutAFileThereAreNoSections() {
        PolicyFile file = PolicyFile.of(null, Clock.systemUTC());

        assertThat(file.document()).isEqualTo(PolicyDocument.EMPTY);
    }

    @Test
    void theStartNeedsARightFile() throws IOException {
        Path path = write("access: 1\n");

        assertThatThrownBy(() -> PolicyFile.of(path, Clock.systemUTC()))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageStartingWith(
                        "The setting policy.file is " + path + ", which is wrong in line 1: access")
                .hasMessageContaining("registry policy check FILE");
        assertThatThrownBy(() -> PolicyFile.of(folder.resolve("none"), Clock.systemUTC()))
                .hasMessageContaining("which does not exist");
    }

    @Test
    void whatFollowsFromTheFileFollowsItsChangesButNoWrongOne() throws Exception {
        PolicyFile file = PolicyFile.of(write(ONE_RULE), Clock.systemUTC());
        Supplier<List<AccessRule>> rules =
                file.derived(document -> List.copyOf(requireNonNull(document.access()).rules()));
        List<AccessRule> first = rules.get();
        assertThat(rules.get()).isSameAs(first);

        write("access: wrong\n");
        Thread.sleep(Duration.ofMillis(1100));
        assertThat(rules.get()).isSameAs(first);

        write(ONE_RULE.replace("alice", "bob"));
        while (rules.get() == first) {
            Thread.sleep(50);
        }
        assertThat(rules.get().getFirst().who()).containsExactly(Principal.of("bob"));
    }

    /** As if it had been written a while ago. */
    private Path write(String text) throws IOException {
        Path path = Files.writeString(folder.resolve("policy.yml"), text);
        return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
    }
}
