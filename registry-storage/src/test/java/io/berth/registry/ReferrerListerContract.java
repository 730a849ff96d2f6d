package io.berth.registry;

import static io.berth.registry.TestContent.bytes;
import static io.berth.registry.TestContent.image;
import static io.berth.registry.TestContent.index;
import static io.berth.registry.TestContent.pushImage;
import static io.berth.registry.TestContent.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.manifest.Manifest;
import io.berth.name.Descriptor;
import io.berth.name.Digest;
import io.berth.name.RepositoryName;
import io.berth.registry.tag.TagProtection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What lists of referrers must do. */
abstract class ReferrerListerContract extends RoleContract {

    @Test
    void manifestsAreListedUnderTheirSubject() {
        Manifest subject = pushImage(registry(), REPOSITORY, "subject", "v1");
        Manifest signature = pushAbout(subject.digest(), "signature", "text/signature");
        Manifest sbom = pushAbout(subject.digest(), "sbom", "text/sbom");
        Manifest index = index(subject).subject(subject.digest()).build();
        registry().putManifest(REPOSITORY, index, List.of(), PutOptions.defaults());

        List<Descriptor> found = referrers(subject.digest(), null);

        assertThat(found)
                .extracting(Descriptor::digest)
                .containsExactlyInAnyOrder(signature.digest(), sbom.digest(), index.digest())
                .isSorted();
        Descriptor described =
                found.stream().filter(d -> d.digest().equals(sbom.digest())).findAny().get();
        assertThat(described.mediaType()).isEqualTo(sbom.mediaType());
        assertThat(described.size()).isEqualTo(sbom.size());
        assertThat(described.artifactType()).isEqualTo("text/sbom");
        assertThat(described.annotations()).containsEntry("about", "sbom");
        assertThat(
                        found.stream()
                                .filter(d -> d.digest().equals(index.digest()))
                                .findAny()
                                .get()
                                .artifactType())
                .isNull();
    }

    @Test
    void theTypeOfAConfigStandsInForAnArtifactType() {
        Digest subject = sha256(bytes("subject"));
        TestContent.ImageBuilder image =
                image("old style").configType("application/x.old").subject(subject);
        image.pushBlobs(registry(), REPOSITORY);
        registry().putManifest(REPOSITORY, image.build(), List.of(), PutOptions.defaults());

        assertThat(referrers(subject, null).getFirst().artifactType())
                .isEqualTo("application/x.old");
    }

    @Test
    void theyCanBeFiltered() {
        Digest subject = sha256(bytes("subject"));
        Manifest signature = pushAbout(subject, "signature", "text/signature");
        pushAbout(subject, "sbom", "text/sbom");

        assertThat(referrers(subject, "text/signature"))
                .extracting(Descriptor::digest)
                .containsExactly(signature.digest());
        assertThat(referrers(subject, "text/other")).isEmpty();
    }

    @Test
    void theSubjectNeedNotExistNorTheRepository() {
        Digest nowhere = sha256(bytes("nowhere"));

        assertThat(referrers(nowhere, null)).isEmpty();
        assertThat(
                        registry()
                                .referrers(
                                        RepositoryName.of("no/such"),
                                        nowhere,
                                        null,
                                        PageRequest.first(10))
                                .items())
                .isEmpty();
        Manifest early = pushAbout(nowhere, "early", "text/early");
        assertThat(referrers(nowhere, null))
                .extracting(Descriptor::digest)
                .containsExactly(early.digest());
    }

    @Test
    void aDeletedReferrerIsGoneAndADeletedSubjectKeepsItsOwn() {
        Manifest subject = pushImage(registry(), REPOSITORY, "subject");
        Manifest first = pushAbout(subject.digest(), "first", "text/x");
        Manifest second = pushAbout(subject.digest(), "second", "text/x");

        registry().deleteManifest(REPOSITORY, first.digest(), TagProtection.none());
        registry().deleteManifest(REPOSITORY, subject.digest(), TagProtection.none());

        assertThat(referrers(subject.digest(), null))
                .extracting(Descriptor::digest)
                .containsExactly(second.digest());
    }

    @Test
    void theyAreListedOnlyInTheirRepository() {
        Digest subject = sha256(bytes("subject"));
        pushAbout(subject, "here", "text/x");

        assertThat(registry().referrers(OTHER, subject, null, PageRequest.first(10)).items())
                .isEmpty();
    }

    @Test
    void anAnswerTooLargeForClientsIsPaged() {
        Digest subject = sha256(bytes("much said about"));
        List<Digest> expected = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            TestContent.ImageBuilder image =
                    image("large " + i).subject(subject).annotation("text", "x".repeat(250_000));
            image.pushBlobs(registry(), REPOSITORY);
            registry().putManifest(REPOSITORY, image.build(), List.of(), PutOptions.defaults());
            expected.add(image.build().digest());
        }
        List<Digest> found = new ArrayList<>();
        String after = null;
        int pages = 0;
        Page<Descriptor> page;
        do {
            page = registry().referrers(REPOSITORY, subject, null, new PageRequest(after, 1000));
            page.items().forEach(descriptor -> found.add(descriptor.digest()));
            assertThat(found).doesNotHaveDuplicates();
            after = found.getLast().toString();
            pages++;
        } while (page.more());

        assertThat(pages).isGreaterThan(1);
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected).isSorted();
    }

    private Manifest pushAbout(Digest subject, String name, String artifactType) {
        TestContent.ImageBuilder image =
                image(name).artifactType(artifactType).subject(subject).annotation("about", name);
        image.pushBlobs(registry(), REPOSITORY);
        Manifest manifest = image.build();
        registry().putManifest(REPOSITORY, manifest, List.of(), PutOptions.defaults());
        return manifest;
    }

    private List<Descriptor> referrers(Digest subject, @Nullable String artifactType) {
        return registry()
                .referrers(REPOSITORY, subject, artifactType, PageRequest.first(1000))
                .items();
    }
}
