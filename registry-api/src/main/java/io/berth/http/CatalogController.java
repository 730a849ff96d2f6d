package io.berth.http;

import io.berth.http.RegistryPath.Catalog;
import io.berth.http.message.QueryParameter;
import io.berth.name.RepositoryName;
import io.berth.registry.Page;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The names of the repositories: no part of the specification, yet every registry has it. */
final class CatalogController {

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings.Lists limits;

    CatalogController(RegistryLister registry, ApiUrls urls, ApiSettings.Lists limits) {
        this.registry = registry;
        this.urls = urls;
        this.limits = limits;
    }

    void get(Catalog path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(
                        request,
                        QueryParameter.LAST_REPOSITORY,
                        limits.repositories(),
                        limits.maxRepositories());
        Page<RepositoryName> page = registry.repositories(query.request());
        byte[] body =
                Json.write(
                        json -> {
                            json.writeStartObject();
                            json.writeArrayPropertyStart("repositories");
                            page.items().forEach(name -> json.writeString(name.value()));
                            json.writeEndArray();
                            json.writeEndObject();
                        });
        urls.linkToNext(response, path, page, RepositoryName::value, query::next);
        Answer.content(request, response, "application/json", body);
    }
}
