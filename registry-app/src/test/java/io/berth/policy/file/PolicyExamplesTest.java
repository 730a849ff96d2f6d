package io.berth.policy.file;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.name.RepositoryName;
import io.berth.policy.access.AccessRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of {@code docs/configuration.md} are right, and mean what is said there. */
class PolicyExamplesTest {

    private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```yaml\n(.*?)^```");

    /** A Wednesday. */
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-06-03T12:00:00Z"), ZoneOffset.UTC);

    private static List<String> examples() throws IOException {
        String text = Files.readString(Path.of("../docs/configuration.md"));
        String section = text.substring(text.indexOf("\n## The policy file"));
        return EXAMPLE.matcher(section.substring(0, section.indexOf("\n## ", 1)))
                .results()
                .map(example -> example.group(1))
                .toList();
    }

    private static PolicyDocument parse(String example) throws Exception {
        return PolicyParser.parse(example.getBytes(StandardCharsets.UTF_8), Path.of("example"));
    }

    @Test
    void allAreRight() throws Exception {
        assertThat(examples()).hasSizeGreaterThanOrEqualTo(3);
        for (String example : examples()) {
            assertThat(parse(example)).isNotEqualTo(PolicyDocument.EMPTY);
        }
    }

    /** Who is a name, perhaps with groups: {@code carol:red}. */
    @ParameterizedTest
    @CsvSource({
        "0, -, 192.0.2.1, public/app, pull, true",
        "0, -, 192.0.2.1, public/app, push, false",
        "0, -, 192.0.2.1, private, pull, false",
        "0, ci, 192.0.2.1, public/app, pull push create, true",
        "0, alice, 192.0.2.1, public/app, push, false",
        "0, alice, 192.0.2.1, CATALOG, pull, true",
        "0, -, 192.0.2.1, CATALOG, pull, false",
        "1, carol:red, 192.0.2.1, red/app, pull push delete, true",
        "1, carol:red, 192.0.2.1, red/release/app, push, true",
        "1, carol:red, 192.0.2.1, red/release/app, tag-overwrite, false",
        "1, alice:red, 192.0.2.1, red/release/app, tag-overwrite, true",
        "1, dave:red-readers, 192.0.2.1, red/app, pull, true",
        "1, dave:red-readers, 192.0.2.1, red/app, push, false",
        "1, alice:red, 192.0.2.1, red/archive/app, push, false",
        "1, alice:red, 192.0.2.1, red/archive/app, pull, true",
        "1, erin, 192.0.2.1, red/app, pull, false",
        "2, -, 10.20.7.7, prod/app, pull, true",
        "2, -, 10.21.7.7, prod/app, pull, false",
        "2, eve, 192.0.2.1, web/app, pull push, true",
        "2, eve, 203.0.113.9, web/app, pull, false",
    })
    void theyMeanWhatIsSaid(
            int example,
            String who,
            String address,
            String repository,
            String actions,
            boolean allowed)
            throws Exception {
        AccessRules rules =
                new AccessRules(requireNonNull(parse(examples().get(example)).access()), CLOCK);
        String[] names = who.split(":");
        Identity identity =
                who.equals("-")
                        ? Identity.ANONYMOUS
                        : Identity.user(
                                names[0],
                                Set.copyOf(Arrays.asList(names).subList(1, names.length)));
        Scope scope =
                repository.equals("CATALOG")
                        ? Scope.catalog()
                        : Scope.of(RepositoryName.of(repository), actions(actions));

        assertThat(rules.allows(new Caller(identity, address, ""), scope)).isEqualTo(allowed);
    }

    private static Action[] actions(String words) {
        return Arrays.stream(words.split(" "))
                .map(
                        word ->
                                Arrays.stream(Action.values())
                                        .filter(action -> action.toString().equals(word))
                                        .findFirst()
                                        .orElseThrow())
                .toArray(Action[]::new);
    }
}
