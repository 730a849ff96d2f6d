package io.berth.cli.policy;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code registry policy}: everything about the policy file is a subcommand. */
@Command(
        name = "policy",
        description = "Checks a policy file, and explains what its rules decide.",
        subcommands = {CheckCommand.class, ExplainCommand.class},
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
public final class PolicyCommand implements Runnable {

    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Which command: check or explain?");
        }
    }
}
