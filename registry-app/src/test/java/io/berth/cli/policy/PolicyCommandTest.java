package io.berth.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.cli.BerthApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PolicyCommandTest {

    private static final String RULES =
            """
            access:
              rules:
                - name: readers
                  who: ["*", anonymous]
                  repositories: ["**"]
                  actions: [pull]
                - effect: deny
                  who: group:guests
                  repositories: [secret/**]
                  actions: ["*"]
                - who: [alice, robot:ci]
                  repositories: [team/**]
                  registry: true
                  actions: [push]
                  when:
                    claims: {ref: refs/tags/*}
                    addresses: 10.0.0.0/8
                    until: 2027-01-01T00:00:00Z
            """;

    @TempDir Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("policy.yml"), RULES);
    }

    private int explain(String... arguments) {
        return BerthApplication.execute(
                Stream.concat(
                                Stream.of("policy", "explain", "--file", file.toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    @Test
    void aRightFileIsRight(CapturedOutput output) {
        assertThat(BerthApplication.execute("policy", "check", file.toString())).isZero();
        assertThat(output.getOut()).isEqualTo(file + " is right.\n");
    }

    @Test
    void everythingThatIsWrongIsSaid(CapturedOutput output) throws IOException {
        Files.writeString(file, RULES.replace("who:", "whom:").replace("10.0.0.0/8", "ten"));

        assertThat(BerthApplication.execute("policy", "check", file.toString())).isEqualTo(1);
        assertThat(output.getErr())
                .startsWith(file + " is wrong in 4 places:\n")
                .contains("\n  line 4: access.rules[0].whom does not exist: is who meant?")
                .contains("\n  line 17: access.rules[2].when.addresses is \"ten\"");
    }

    @Test
    void aDecisionNamesItsRuleAndTheOthersThatMatch(CapturedOutput output) {
        assertThat(explain("bob", "pull", "secret/app", "--group", "guests")).isZero();
        assertThat(output.getOut())
                .isEqualTo(
                        """
                        denied
                          decided by policy.yml, line 7: deny * on secret/** for group:guests
                          also matches "readers" (policy.yml, line 3): allow pull on ** for *, anonymous
                        """);
    }

    @Test
    void conditionsCanBeSaid(CapturedOutput output) {
        String[] right = {
            "robot:ci",
            "push",
            "team/app",
            "--claim",
            "ref=refs/tags/v1",
            "--address",
            "10.1.2.3",
            "--time",
            "2026-12-31T23:59:59Z"
        };
        assertThat(explain(right)).isZero();
        assertThat(output.getOut())
                .startsWith("allowed\n  decided by policy.yml, line 11: allow push on the registry")
                .contains(
                        "team/** for alice, robot:ci, under conditions\nA push needs pull as well");
        for (int i : new int[] {0, 4, 6, 8}) {
            String[] other = right.clone();
            other[i] =
                    switch (i) {
                        case 0 -> "ci";
                        case 4 -> "ref=refs/heads/main";
                        case 6 -> "192.0.2.1";
                        default -> "2027-01-01T00:00:00Z";
                    };
            explain(other);
        }
        assertThat(output.getOut().split("denied\n  because no rule matches", -1)).hasSize(5);
    }

    @Test
    void theListOfRepositoriesCanBeAskedFor(CapturedOutput output) {
        assertThat(explain("anonymous", "pull", "registry:catalog")).isZero();
        assertThat(output.getOut()).startsWith("denied\n");
    }

    @Test
    void aQuestionThatIsNoneIsRefused(CapturedOutput output) {
        for (String question :
                new String[] {
                    "group:dev pull app",
                    "* pull app",
                    "alice fly app",
                    "alice pull App",
                    "alice push registry:catalog",
                    "alice pull app --address here",
                    "alice pull app --time soon",
                    "alice * app"
                }) {
            assertThat(explain(question.split(" "))).as(question).isEqualTo(1);
        }
        assertThat(output.getErr())
                .contains("is not one caller")
                .contains("\"fly\" is not an action: there are pull, push, create")
                .contains("\"App\" is not the name of a repository")
                .contains("the only action on registry:catalog is pull")
                .contains("\"here\" is not an address")
                .contains("\"soon\" is not a moment");
    }

    @Test
    void theFileIsThatOfTheServer(CapturedOutput output) {
        assertThat(BerthApplication.execute("policy", "explain", "bob", "pull", "app"))
                .isEqualTo(1);
        assertThat(output.getErr()).contains("REGISTRY_POLICY_FILE");
        System.setProperty("registry.policy.file", file.toString());
        try {
            assertThat(BerthApplication.execute("policy", "explain", "bob", "pull", "app"))
                    .isZero();
        } finally {
            System.clearProperty("registry.policy.file");
        }
        assertThat(output.getOut()).startsWith("allowed\n  decided by \"readers\"");
    }

    @Test
    void withoutACommandThereIsNothingToDo(CapturedOutput output) {
        assertThat(BerthApplication.execute("policy")).isEqualTo(1);
        assertThat(output.getErr()).contains("check or explain");
    }
}
