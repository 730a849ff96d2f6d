package io.berth.admin;

import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryWriter;
import io.berth.registry.Upload;
import io.berth.session.Session;
import io.berth.session.SessionLister;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Uploads that have begun and not ended. */
@RestController
@RequestMapping("/uploads")
final class UploadsController {

    private final SessionLister sessions;
    private final RegistryWriter registry;

    UploadsController(SessionLister sessions, RegistryWriter registry) {
        this.sessions = sessions;
        this.registry = registry;
    }

    /**
     * @param next the {@code after} of the next page; {@code null} on the last one
     */
    record Uploads(List<Item> uploads, @Nullable String next) {

        record Item(String id, String repository, Instant began, long storedBytes) {

            private static Item of(Session session) {
                return new Item(
                        session.id().toString(),
                        session.repository().value(),
                        session.began(),
                        session.storedBytes());
            }
        }
    }

    @GetMapping
    Uploads list(
            @RequestParam(name = "n", defaultValue = PageSize.DEFAULT) PageSize size,
            @RequestParam(name = "after", required = false) @Nullable String after) {
        Page<Session> page = sessions.sessions(new PageRequest(after, size.value()));
        return new Uploads(
                page.items().stream().map(Uploads.Item::of).toList(),
                page.more() ? page.next() : null);
    }

    /** Ends an upload and removes its bytes; a request that adds to it fails. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cancel(
            @PathVariable("id") UploadId id,
            @RequestParam("repository") RepositoryName repository) {
        try (Upload upload = registry.resumeUpload(repository, id, Upload.ASK)) {
            upload.cancel();
        }
    }
}
