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
import java.util.Deque;

/** Lists the repositories: not specified by OCI, but supported by every registry. */
final class CatalogController {

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings.Lists limits;
    private final ListMemory memory;

    CatalogController(
            RegistryLister registry, ApiUrls urls, ApiSettings.Lists limits, ListMemory memory) {
        this.registry = registry;
        this.urls = urls;
        this.limits = limits;
        this.memory = memory;
    }

    void get(Catalog path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(
                        request,
                        QueryParameter.LAST_REPOSITORY,
                        limits.repositories(),
                        limits.maxRepositories());
        PageRequest wanted = query.request();
        try (ListMemory.Reservation reservation =
                memory.reserve(request, (long) wanted.limit() * ListMemory.REPOSITORY)) {
            Page<RepositoryName> page = registry.repositories(wanted, _ -> true);
            Deque<byte[]> body = document(page);
            urls.linkToNext(response, path, page, RepositoryName::value, query::next);
            reservation.send(response, "application/json", body);
        }
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
