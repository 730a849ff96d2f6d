package io.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectKey;
import io.berth.object.memory.MemoryStore;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.session.Session;
import io.berth.storage.tree.RegistryLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sessions are listed, and in which pages. */
class StoredSessionsTest {

    private static final RepositoryName APP = RepositoryName.of("library/app");
    private static final long BEGAN = 1_700_000_000_000L;

    private final MemoryStore store = new MemoryStore(true);
    private final StoredSessions sessions = new StoredSessions(store);

    private static UploadId id(int number) {
        return new UploadId(new UUID(BEGAN << 16 | 7 << 12 | number, 0b10L << 62));
    }

    private void put(String key, int bytes) {
        store.put(ObjectKey.of(key), new byte[bytes], Condition.always(), Durability.DURABLE);
    }

    private String folder(RepositoryName repository, int number) {
        return RegistryLayout.session(repository, id(number)).value();
    }

    @Test
    void piecesOfASessionCountTogether() {
        put(folder(APP, 1) + "/0-a", 5);
        put(folder(APP, 1) + "/5-b", 7);
        put(folder(APP, 2), 1);

        assertThat(sessions.sessions(PageRequest.first(10)).items())
                .containsExactly(
                        new Session(APP, id(1), Instant.ofEpochMilli(BEGAN), 12),
                        new Session(APP, id(2), Instant.ofEpochMilli(BEGAN), 1));
    }

    @Test
    void anIdWithoutATimeBeganWhenItsBytesWereStored() {
        UploadId id = new UploadId(UUID.fromString("0b9f4a5e-2f7a-4b8f-9a55-0d1d5d1f6c11"));
        Instant before = Instant.now().minusSeconds(1);
        put(RegistryLayout.session(APP, id).value(), 1);

        assertThat(sessions.sessions(PageRequest.first(10)).items())
                .singleElement()
                .satisfies(one -> assertThat(one.began()).isBetween(before, Instant.now()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aPageEndsBetweenSessions(int limit) {
        for (String repository : List.of("a", "a/b", "a-b")) {
            for (int number = 0; number < 2; number++) {
                String folder = folder(RepositoryName.of(repository), number);
                put(folder + "/0-a", 1);
                put(folder + "/1-b", 1);
            }
        }
        put(RegistryLayout.SESSIONS + "stray", 1);

        List<Session> found = new ArrayList<>();
        Page<Session> page = sessions.sessions(PageRequest.first(limit));
        found.addAll(page.items());
        while (page.more()) {
            assertThat(page.items()).hasSize(limit);
            page = sessions.sessions(new PageRequest(page.next(), limit));
            found.addAll(page.items());
        }

        assertThat(found).hasSize(6).doesNotHaveDuplicates();
        assertThat(found).allMatch(session -> session.storedBytes() == 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "../x", "a/_/1", "a/_/00000000-0000-0000-0000-000000000000/x"})
    void aPageBeginsAfterASession(String after) {
        assertThatExceptionOfType(RegistryException.class)
                .isThrownBy(() -> sessions.sessions(new PageRequest(after, 1)))
                .matches(e -> e.code() == ErrorCode.REQUEST_INVALID);
    }

    @Test
    void noneAreListedWhereNoneAreWanted() {
        put(folder(APP, 1), 1);

        assertThat(sessions.sessions(PageRequest.first(0)).items()).isEmpty();
    }
}
