package io.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CommandLineTest {

    @Test
    void tellsItsVersion(CapturedOutput output) {
        assertThat(BerthApplication.execute("--version")).isZero();
        assertThat(output.getOut()).startsWith("Berth ");
    }

    @Test
    void tellsHowItIsUsed(CapturedOutput output) {
        assertThat(BerthApplication.execute("--help")).isZero();
        assertThat(output.getOut()).contains("Usage: registry", "serve").doesNotContain("train");
    }

    @Test
    void refusesWhatItDoesNotKnow(CapturedOutput output) {
        assertThat(BerthApplication.execute("sail")).isEqualTo(1);
        assertThat(BerthApplication.execute("serve", "--fast")).isEqualTo(1);
        assertThat(output.getErr()).contains("sail", "--fast", "Usage: registry");
    }

    @Test
    void doesNotPassOverAFileOfSettings(CapturedOutput output) {
        assertThat(BerthApplication.execute("serve", "/etc/distribution/config.yml")).isEqualTo(1);
        assertThat(output.getErr()).contains("config.yml are not supported", "configuration.md");
    }

    @Test
    void aSettingThatWouldBeMissedEndsTheStart(CapturedOutput output) {
        System.setProperty("registry.proxy.remoteurl", "https://upstream.example.com");
        try {
            assertThat(BerthApplication.execute("serve")).isEqualTo(1);
        } finally {
            System.clearProperty("registry.proxy.remoteurl");
        }
        assertThat(output)
                .contains(
                        "proxy.remoteurl",
                        "there are no pull-through caches yet",
                        "Remove the setting")
                .doesNotContain("\tat ", "upstream.example.com");
    }

    @Test
    void refusesToDoNothing(CapturedOutput output) {
        assertThat(BerthApplication.execute()).isEqualTo(1);
        assertThat(output.getErr()).contains("Usage: registry");
    }

    @Test
    void aWrongSettingEndsTheStartInTwoSentences(CapturedOutput output) {
        System.setProperty("registry.catalog.maxentries", "many");
        try {
            assertThat(BerthApplication.execute("serve")).isEqualTo(1);
        } finally {
            System.clearProperty("registry.catalog.maxentries");
        }
        assertThat(output)
                .contains("The setting catalog.maxentries is \"many\"", "docs/configuration.md")
                .doesNotContain("\tat ");
    }

    @Test
    void aFolderThatCannotBeUsedEndsTheStartInTwoSentences(
            @TempDir Path folder, CapturedOutput output) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        System.setProperty("registry.storage.filesystem.rootdirectory", file.toString());
        try {
            assertThat(BerthApplication.execute("serve")).isEqualTo(1);
        } finally {
            System.clearProperty("registry.storage.filesystem.rootdirectory");
        }
        assertThat(output)
                .contains("storage.filesystem.rootdirectory", file.toString())
                .doesNotContain("\tat ");
    }
}
