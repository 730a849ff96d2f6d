package io.berth.cli.policy;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code registry policy check FILE}: whether a file could be the policy file. */
@Command(
        name = "check",
        description = "Says what is wrong in a policy file. Exits with 1 if something is.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 1)
final class CheckCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        CommandLine command = requireNonNull(spec).commandLine();
        try {
            PolicyFiles.read(requireNonNull(file));
            command.getOut().println(file + " is right.");
            return 0;
        } catch (PolicyFiles.Refused e) {
            command.getErr().println(e.getMessage());
            return 1;
        }
    }
}
