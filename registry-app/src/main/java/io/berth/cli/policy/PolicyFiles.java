package io.berth.cli.policy;

import io.berth.config.LoadedSettings;
import io.berth.config.tree.WrongSettingException;
import io.berth.policy.file.PolicyDocument;
import io.berth.policy.file.PolicyFile;
import io.berth.reload.UnusableFileException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.StandardEnvironment;

/** Policy files as commands read them: what is wrong ends the command with a message. */
final class PolicyFiles {

    private PolicyFiles() {}

    /**
     * Reads a file.
     *
     * @throws Refused when it is wrong, or cannot be read
     */
    static PolicyDocument read(Path file) {
        try {
            return PolicyFile.read(file);
        } catch (UnusableFileException e) {
            throw new Refused(file + " " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new Refused(file + " does not exist", e);
        } catch (IOException e) {
            throw new Refused(file + " cannot be read (" + e + ")", e);
        }
    }

    /**
     * The file that the environment of this process names, as it would for the server.
     *
     * @throws Refused when it names none
     */
    static Path ofSettings() {
        @Nullable Path file;
        try {
            file = LoadedSettings.from(new StandardEnvironment()).settings().policy().file();
        } catch (WrongSettingException e) {
            throw new Refused(String.valueOf(e.getMessage()), e);
        }
        if (file == null) {
            throw new Refused(
                    "which policy file? Name it with --file, or set REGISTRY_POLICY_FILE as for the"
                            + " server",
                    null);
        }
        return file;
    }

    /** Ends the command with status 1 and a message. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Refused(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
