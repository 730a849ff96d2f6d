package io.berth.cli;

import io.berth.app.BerthVersion;
import io.berth.cli.policy.PolicyCommand;
import io.berth.cli.training.TrainCommand;
import io.berth.server.connection.ConnectionLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Everything it does is a subcommand. */
@Command(
        name = "registry",
        description = "A container-image registry.",
        subcommands = {ServeCommand.class, PolicyCommand.class, TrainCommand.class},
        mixinStandardHelpOptions = true,
        versionProvider = BerthApplication.Version.class,
        exitCodeOnInvalidInput = 1)
public final class BerthApplication implements Runnable {

    @Spec private @Nullable CommandSpec spec;

    private BerthApplication() {}

    /** Ends the process with status 1 when the command line is wrong or the command fails. */
    public static void main(String[] args) {
        ConnectionLimits.allowForCallsThatHang();
        int exitCode = execute(args);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /**
     * Runs a command and returns its exit status. After {@code serve}, returns while the server
     * goes on in other threads.
     */
    public static int execute(String... args) {
        return new CommandLine(new BerthApplication()).execute(args);
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Which command?");
        }
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"Berth " + BerthVersion.current()};
        }
    }
}
