package io.berth.auth.tokenservice;

import io.berth.document.Document;
import io.berth.document.DocumentName;
import io.berth.document.SharedDocuments;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Documents that replicas in one test share. */
public final class DocumentsInMemory implements SharedDocuments {

    /** How often a document was read. */
    public final AtomicInteger reads = new AtomicInteger();

    private final Map<String, Document> documents = new TreeMap<>();
    private int versions;
    private boolean down;

    /** Whether nothing answers. */
    public synchronized void setDown(boolean down) {
        this.down = down;
    }

    private void requireUp() {
        if (down) {
            throw new RegistryException(ErrorCode.UNAVAILABLE);
        }
    }

    @Override
    public synchronized Optional<Document> read(DocumentName name) {
        reads.incrementAndGet();
        requireUp();
        return Optional.ofNullable(documents.get(name.value()));
    }

    @Override
    public synchronized boolean create(DocumentName name, byte[] content) {
        requireUp();
        return documents.putIfAbsent(name.value(), next(content)) == null;
    }

    @Override
    public synchronized boolean replace(DocumentName name, byte[] content, Document read) {
        requireUp();
        Document current = documents.get(name.value());
        if (current == null || !current.version().equals(read.version())) {
            return false;
        }
        documents.put(name.value(), next(content));
        return true;
    }

    @Override
    public synchronized boolean remove(DocumentName name, Document read) {
        requireUp();
        Document current = documents.get(name.value());
        if (current != null && !current.version().equals(read.version())) {
            return false;
        }
        documents.remove(name.value());
        return true;
    }

    @Override
    public synchronized List<DocumentName> list(String folder, @Nullable String after, int limit) {
        requireUp();
        String prefix = folder + "/";
        return documents.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> after == null || name.compareTo(prefix + after) > 0)
                .limit(limit)
                .map(DocumentName::of)
                .toList();
    }

    private Document next(byte[] content) {
        return new Document(content, "v" + versions++);
    }
}
