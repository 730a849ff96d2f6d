package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.memory.MemoryStore;
import io.berth.object.s3.S3Capabilities;
import org.junit.jupiter.api.Test;

class S3ReportTest {

    private static final S3Capabilities ALL = all(true);
    private static final S3Capabilities NONE = all(false);

    @Test
    void whatIsThereNeedsNoWord() {
        assertThat(S3Report.missing(ALL, true)).isEmpty();
    }

    @Test
    void whatIsMissingIsOneSentenceEach() {
        assertThat(S3Report.missing(NONE, true))
                .hasSize(7)
                .allMatch(sentence -> sentence.matches("[A-Z].*: .*[.]"))
                .last()
                .asString()
                .contains("storage.redirect.disable");
    }

    @Test
    void linksThatNobodyGetsNeedNotWork() {
        assertThat(S3Report.missing(NONE, false)).hasSize(6);
    }

    @Test
    void aStoreWithoutNamesForItHasNoCapabilities() {
        assertThat(S3Report.capabilities(new MemoryStore())).isEmpty();
    }

    private static S3Capabilities all(boolean can) {
        return new S3Capabilities(can, can, can, can, can, can, can, can, can, can, can, can);
    }
}
