package io.berth.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.memory.MemoryStore;
import io.berth.storage.StoredDocuments;
import org.junit.jupiter.api.Test;

class SharedSecretTest {

    private static final DocumentName NAME = DocumentName.of("secret");

    @Test
    void replicasHaveTheSame() {
        MemoryStore store = new MemoryStore(true);
        byte[] one = new SharedSecret(new StoredDocuments(store), NAME).get();
        byte[] other = new SharedSecret(new StoredDocuments(store), NAME).get();

        assertThat(one).hasSize(32).isEqualTo(other);
        assertThat(new SharedSecret(new StoredDocuments(new MemoryStore(true)), NAME).get())
                .isNotEqualTo(one);
    }
}
