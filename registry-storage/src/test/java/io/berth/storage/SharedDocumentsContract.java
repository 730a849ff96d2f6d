package io.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.object.InterceptedStore;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for shared documents on every store. */
@Timeout(60)
public abstract class SharedDocumentsContract {

    private static final DocumentName NAME = DocumentName.of("read-only");
    private static final int WRITERS = 8;

    /** The store as a replica opens it; all of them see the same objects. */
    protected abstract ObjectStore open();

    /**
     * Whether the store checks and replaces an object in one step. Where it looks first, two
     * writers may both be told that they replaced a document.
     */
    protected boolean replacesInOneStep() {
        return true;
    }

    private SharedDocuments documents() {
        return new StoredDocuments(open());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Document document) {
        return new String(document.content(), StandardCharsets.UTF_8);
    }

    @Test
    void aDocumentThatWasCreatedIsReadByAllReplicas() {
        SharedDocuments mine = documents();
        assertThat(mine.read(NAME)).isEmpty();
        assertThat(mine.create(NAME, bytes("1"))).isTrue();
        assertThat(documents().read(NAME).map(SharedDocumentsContract::text)).contains("1");
    }

    @Test
    void aDocumentThatExistsIsNotCreated() {
        documents().create(NAME, bytes("1"));
        assertThat(documents().create(NAME, bytes("2"))).isFalse();
        assertThat(documents().read(NAME).map(SharedDocumentsContract::text)).contains("1");
    }

    @Test
    void aDocumentIsReplacedAsItWasRead() {
        SharedDocuments mine = documents();
        mine.create(NAME, bytes("1"));
        Document read = mine.read(NAME).orElseThrow();
        assertThat(documents().replace(NAME, bytes("2"), read)).isTrue();
        assertThat(mine.replace(NAME, bytes("3"), read)).isFalse();
        assertThat(mine.read(NAME).map(SharedDocumentsContract::text)).contains("2");
    }

    @Test
    void aDocumentIsRemovedAsItWasRead() {
        SharedDocuments mine = documents();
        mine.create(NAME, bytes("1"));
        Document old = mine.read(NAME).orElseThrow();
        mine.replace(NAME, bytes("2"), old);
        assertThat(mine.remove(NAME, old)).isFalse();
        Document read = mine.read(NAME).orElseThrow();
        assertThat(mine.remove(NAME, read)).isTrue();
        assertThat(mine.read(NAME)).isEmpty();
        assertThat(mine.remove(NAME, read)).as("gone already").isTrue();
        assertThat(mine.replace(NAME, bytes("3"), read)).as("gone").isFalse();
    }

    @Test
    void aDocumentIsBounded() {
        byte[] most = new byte[SharedDocuments.MAX_BYTES];
        assertThat(documents().create(NAME, most)).isTrue();
        assertThat(documents().read(NAME).orElseThrow().content()).isEqualTo(most);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                documents()
                                        .create(
                                                DocumentName.of("other"),
                                                new byte[SharedDocuments.MAX_BYTES + 1]));
    }

    @Test
    void aFolderIsListedInOrderAndInParts() {
        SharedDocuments mine = documents();
        for (String name : List.of("b", "a", "a.b", "c")) {
            mine.create(DocumentName.in("robots", name), bytes(name));
        }
        mine.create(NAME, bytes("elsewhere"));
        mine.create(DocumentName.in("robots-old", "z"), bytes("elsewhere"));
        assertThat(mine.list("robots", null, 10))
                .extracting(DocumentName::value)
                .containsExactly("robots/a", "robots/a.b", "robots/b", "robots/c");
        assertThat(mine.list("robots", "a", 2))
                .extracting(DocumentName::value)
                .containsExactly("robots/a.b", "robots/b");
        assertThat(mine.list("none", null, 10)).isEmpty();
    }

    @Test
    void oneOfManyCreatesADocument() throws Exception {
        assertThat(successes(() -> documents().create(NAME, bytes("new")))).isEqualTo(1);
    }

    @Test
    void oneOfManyReplacesADocument() throws Exception {
        SharedDocuments mine = documents();
        mine.create(NAME, bytes("old"));
        Document read = mine.read(NAME).orElseThrow();
        assertThat(successes(() -> documents().replace(NAME, bytes("new"), read)))
                .isBetween(1, replacesInOneStep() ? 1 : WRITERS);
        assertThat(mine.read(NAME).map(SharedDocumentsContract::text)).contains("new");
    }

    private static int successes(Callable<Boolean> write) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<Boolean>> writes = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writes.add(threads.submit(write));
            }
            int successes = 0;
            for (Future<Boolean> each : writes) {
                successes += each.get() ? 1 : 0;
            }
            return successes;
        }
    }

    @Test
    void aStoreThatDoesNotAnswerIsUnavailable() {
        SharedDocuments broken =
                new StoredDocuments(
                        new InterceptedStore(
                                open(),
                                new InterceptedStore.Interceptor() {
                                    @Override
                                    public void before(InterceptedStore.Call call) {
                                        throw new ObjectStoreException.Unavailable(
                                                call.key(), "down", null);
                                    }
                                }));
        List<Callable<?>> all =
                List.of(
                        () -> broken.read(NAME),
                        () -> broken.create(NAME, bytes("1")),
                        () -> broken.replace(NAME, bytes("1"), new Document(bytes("0"), "v")),
                        () -> broken.remove(NAME, new Document(bytes("0"), "v")),
                        () -> broken.list("robots", null, 10));
        for (Callable<?> each : all) {
            assertThatExceptionOfType(RegistryException.class)
                    .isThrownBy(each::call)
                    .matches(e -> e.errors().getFirst().code() == ErrorCode.UNAVAILABLE);
        }
    }
}
