package io.berth.http;

import io.berth.http.body.ListMemory;
import io.berth.http.message.QueryParameter;
import io.berth.http.response.Json;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath.Catalog;
import io.berth.name.RepositoryName;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lists the repositories. OCI does not specify this list, but most registries have it. */
final class CatalogController {

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings settings;
    private final ListMemory memory;
    private final Supplier<Predicate<RepositoryName>> listed;

    /**
     * @param listed which repositories the list of the current caller has
     */
    CatalogController(
            RegistryLister registry,
            ApiUrls urls,
            ApiSettings settings,
            ListMemory memory,
            Supplier<Predicate<RepositoryName>> listed) {
        this.registry = registry;
        this.urls = urls;
        this.settings = settings;
        this.memory = memory;
        this.listed = listed;
    }

    void get(Catalog path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(
                        request,
                        QueryParameter.LAST_REPOSITORY,
                        settings.repositoriesAtOnce(),
                        settings.catalog().maxEntries());
        PageRequest wanted = query.request();
        try (ListMemory.Reservation reservation =
                memory.reserve(request, (long) wanted.limit() * ListMemory.REPOSITORY_BYTES)) {
            Page<RepositoryName> page = page(wanted);
            Deque<byte[]> body = document(page);
            urls.linkToNext(response, path, page, RepositoryName::value, query::next);
            reservation.send(response, "application/json", body);
        }
    }

    /**
     * A page that is full, or the last one. It says nowhere which repositories it has passed over:
     * what it ends with is a name that the caller may see.
     */
    private Page<RepositoryName> page(PageRequest wanted) {
        Predicate<RepositoryName> visible = listed.get();
        Page<RepositoryName> part = registry.repositories(wanted, visible);
        List<RepositoryName> names = new ArrayList<>(part.items());
        while (part.more() && part.next() != null && names.size() < wanted.limit()) {
            int missing = wanted.limit() - names.size();
            part = registry.repositories(new PageRequest(part.next(), missing), visible);
            names.addAll(part.items());
        }
        return new Page<>(names, part.more() && !names.isEmpty());
    }

    private static Deque<byte[]> document(Page<RepositoryName> page) {
        return Json.segments(
                json -> {
                    json.writeStartObject();
                    json.writeArrayPropertyStart("repositories");
                    page.items().forEach(name -> json.writeString(name.value()));
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }
}
