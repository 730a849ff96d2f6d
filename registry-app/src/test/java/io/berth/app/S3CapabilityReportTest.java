package io.berth.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.memory.MemoryStore;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Capabilities.Trial;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class S3CapabilityReportTest {

    private static final S3Capabilities ALL = all(true);
    private static final S3Capabilities NONE = all(false);

    @Test
    void whatIsThereNeedsNoWord() {
        assertThat(S3CapabilityReport.missing(ALL, true)).isEmpty();
    }

    @Test
    void whatIsMissingIsOneSentenceEach() {
        assertThat(S3CapabilityReport.missing(NONE, true))
                .hasSize(7)
                .allMatch(sentence -> sentence.matches("[A-Z].*: .*[.]"))
                .last()
                .asString()
                .contains("storage.redirect.disable");
    }

    @Test
    void linksThatNobodyGetsNeedNotWork() {
        assertThat(S3CapabilityReport.missing(NONE, false)).hasSize(6);
    }

    @Test
    void aStoreWithoutNamesForItHasNoCapabilities() {
        assertThat(S3CapabilityReport.capabilities(new MemoryStore())).isEmpty();
    }

    @Test
    void whatIsNotKnownIsNoLack() {
        S3Capabilities unclear =
                new S3Capabilities(ALL.abilities(), Set.of(Trial.CREATE, Trial.REPLACE), Set.of());

        assertThat(S3CapabilityReport.missing(unclear, true))
                .singleElement()
                .asString()
                .contains("not known", "[create, replace]");
    }

    private static S3Capabilities all(boolean can) {
        return S3Capabilities.of(
                can ? EnumSet.allOf(Ability.class) : EnumSet.noneOf(Ability.class));
    }
}
