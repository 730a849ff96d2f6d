package io.berth.http;

import io.berth.http.RegistryPath.Catalog;
import io.berth.http.message.QueryParameter;
import io.berth.name.RepositoryName;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Deque;

/** The names of the repositories: no part of the specification, yet every registry has it. */
final class CatalogController {

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings.Lists limits;
    private final ListRoom room;

    CatalogController(
            RegistryLister registry, ApiUrls urls, ApiSettings.Lists limits, ListRoom room) {
        this.registry = registry;
        this.urls = urls;
        this.limits = limits;
        this.room = room;
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
        try (ListRoom.Place place =
                room.take(request, (long) wanted.limit() * ListRoom.REPOSITORY)) {
            Page<RepositoryName> page = registry.repositories(wanted);
            Deque<byte[]> body = document(page);
            urls.linkToNext(response, path, page, RepositoryName::value, query::next);
            place.send(response, "application/json", body);
        }
    }

    private static Deque<byte[]> document(Page<RepositoryName> page) {
        return Json.pieces(
                json -> {
                    json.writeStartObject();
                    json.writeArrayPropertyStart("repositories");
                    page.items().forEach(name -> json.writeString(name.value()));
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }
}
