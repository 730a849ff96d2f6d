package io.berth.cli.policy;

import static java.util.Objects.requireNonNull;

import io.berth.access.Action;
import io.berth.policy.access.AccessDecision;
import io.berth.policy.access.AccessQuestion;
import io.berth.policy.access.AccessQuestion.Asker;
import io.berth.policy.access.AccessRule;
import io.berth.policy.access.AccessSection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code registry policy explain}: what the rules decide about a caller, and which rule does. */
@Command(
        name = "explain",
        description = {
            "Says whether a caller may do something, and which rule decides.",
            "Exits with 0 also where it is denied."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class ExplainCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "WHO", description = "The name of a user, robot:NAME, or anonymous.")
    private String who = "";

    @Parameters(
            paramLabel = "ACTION",
            description = "pull, push, create, tag-overwrite, delete or admin.")
    private String action = "";

    @Parameters(
            paramLabel = "REPOSITORY",
            description = "A repository, registry:catalog, or registry:administration.")
    private String repository = "";

    @Option(
            names = "--group",
            paramLabel = "NAME",
            description = "A group of the user; may be repeated.")
    private List<String> groups = List.of();

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            description = "What the credentials say; may be repeated.")
    private Map<String, String> claims = Map.of();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "The address of the client. Without it, the address is not known.")
    private String address = "";

    @Option(
            names = "--time",
            paramLabel = "TIME",
            description = "When, such as 2026-12-31T18:00:00Z. Default: now.")
    private @Nullable String time;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The policy file. Default: that of the setting policy.file.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        CommandLine command = requireNonNull(spec).commandLine();
        try {
            explain(command.getOut());
            return 0;
        } catch (PolicyFiles.Refused | IllegalArgumentException e) {
            command.getErr().println(e.getMessage());
            return 1;
        }
    }

    private void explain(PrintWriter out) {
        AccessQuestion question =
                AccessQuestion.of(
                        new Asker(who, groups, claims, address), action, repository, moment());
        Path path = file != null ? file : PolicyFiles.ofSettings();
        AccessSection section = PolicyFiles.read(path).access();
        if (section == null) {
            out.println(
                    path
                            + " has no section access: all who have a name may do everything but"
                            + " administration, and others nothing.");
        } else {
            print(out, question, question.ask(section));
        }
    }

    private Instant moment() {
        try {
            return time == null ? Instant.now() : OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeParseException e) {
            throw new PolicyFiles.Refused(
                    "\"" + time + "\" is not a moment such as 2026-12-31T18:00:00Z", e);
        }
    }

    private static void print(PrintWriter out, AccessQuestion question, AccessDecision decision) {
        out.println(decision.isAllowed() ? "allowed" : "denied");
        AccessRule rule = decision.decidedBy();
        out.println(
                rule == null
                        ? "  because no rule matches"
                        : "  decided by " + rule.label() + ": " + rule.summary());
        for (AccessRule other : decision.overruled()) {
            out.println("  also matches " + other.label() + ": " + other.summary());
        }
        if (question.scope().actions().contains(Action.PUSH)) {
            out.println(
                    "A push needs pull as well, create where the repository is new, and"
                            + " tag-overwrite where it moves a tag.");
        }
    }
}
