package io.berth.storage;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.Version;
import io.berth.storage.tree.PagedListing;
import io.berth.storage.tree.RegistryLayout;
import io.berth.storage.tree.StoreErrors;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps each document as one object of the tree. A read or a write is one request. Thread-safe. */
public final class StoredDocuments implements SharedDocuments {

    private final ObjectStore store;

    public StoredDocuments(ObjectStore store) {
        this.store = store;
    }

    @Override
    public Optional<Document> read(DocumentName name) {
        try {
            ObjectContent content = store.get(RegistryLayout.document(name), MAX_BYTES);
            return Optional.of(new Document(content.bytes(), content.version().value()));
        } catch (ObjectStoreException.NotFound e) {
            return Optional.empty();
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        }
    }

    @Override
    public boolean create(DocumentName name, byte[] content) {
        return write(name, content, Condition.ifAbsent());
    }

    @Override
    public boolean replace(DocumentName name, byte[] content, Document read) {
        return write(name, content, unchanged(read));
    }

    private boolean write(DocumentName name, byte[] content, Condition condition) {
        if (content.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the document %s has %d bytes, more than %d"
                            .formatted(name, content.length, MAX_BYTES));
        }
        try {
            store.put(RegistryLayout.document(name), content, condition, Durability.DURABLE);
            return true;
        } catch (ObjectStoreException.PreconditionFailed e) {
            return false;
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        }
    }

    @Override
    public boolean remove(DocumentName name, Document read) {
        ObjectKey key = RegistryLayout.document(name);
        try {
            store.delete(key, unchanged(read));
            return true;
        } catch (ObjectStoreException.PreconditionFailed e) {
            return read(name).isEmpty();
        } catch (ObjectStoreException e) {
            throw StoreErrors.translate(e);
        }
    }

    private static Condition unchanged(Document read) {
        return Condition.ifUnchanged(new Version(read.version()));
    }

    @Override
    public List<DocumentName> list(String folder, @Nullable String after, int limit) {
        if (!DocumentName.isComponent(folder)) {
            throw new IllegalArgumentException("not the name of a folder: " + folder);
        }
        String prefix = RegistryLayout.documents(folder);
        PagedListing keys =
                new PagedListing(
                        store,
                        prefix,
                        after == null ? null : prefix + after,
                        Math.min(limit, PagedListing.MAX_PAGE));
        return StoreErrors.translated(
                () ->
                        keys.stream()
                                .map(key -> key.substring(prefix.length()))
                                .filter(DocumentName::isComponent)
                                .limit(limit)
                                .map(name -> DocumentName.in(folder, name))
                                .toList());
    }
}
