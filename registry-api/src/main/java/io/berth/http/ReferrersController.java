package io.berth.http;

import io.berth.http.body.ListMemory;
import io.berth.http.message.PercentEncoding;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
import io.berth.http.response.Json;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath.Referrers;
import io.berth.name.Descriptor;
import io.berth.name.MediaType;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.ReferrerLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the referrers of a manifest (distribution-spec, "Listing Referrers"). */
final class ReferrersController {

    /** More than a page can have: the registry limits a page by its bytes. */
    private static final int MAX_ITEMS = 100_000;

    private final ReferrerLister registry;
    private final ApiUrls urls;
    private final ListMemory memory;

    ReferrersController(ReferrerLister registry, ApiUrls urls, ListMemory memory) {
        this.registry = registry;
        this.urls = urls;
        this.memory = memory;
    }

    void get(Referrers path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        QueryString query = QueryString.of(request.getQueryString());
        String artifactType = query.first(QueryParameter.ARTIFACT_TYPE);
        PageRequest wanted = new PageRequest(query.first(QueryParameter.LAST_REFERRER), MAX_ITEMS);
        try (ListMemory.Reservation reservation =
                memory.reserve(request, ListMemory.REFERRERS_BYTES)) {
            // A longer type has no referrers: the link to the next page would repeat it and be too
            // long.
            Page<Descriptor> page =
                    artifactType != null && artifactType.length() > MediaType.MAX_LENGTH
                            ? new Page<>(List.of(), false)
                            : registry.referrers(
                                    path.repository(), path.subject(), artifactType, wanted);
            if (artifactType != null) {
                response.setHeader("OCI-Filters-Applied", "artifactType");
            }
            urls.linkToNext(
                    response,
                    path,
                    page,
                    item -> item.digest().toString(),
                    last -> next(last, artifactType));
            Deque<byte[]> body = index(page);
            reservation.send(response, MediaType.OCI_INDEX.value(), body);
        }
    }

    private static Deque<byte[]> index(Page<Descriptor> page) {
        return Json.segments(
                json -> {
                    json.writeStartObject();
                    json.writeNumberProperty("schemaVersion", 2);
                    json.writeStringProperty("mediaType", MediaType.OCI_INDEX.value());
                    json.writeArrayPropertyStart("manifests");
                    page.items().forEach(item -> Json.writeDescriptor(json, item));
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }

    private static String next(String last, @Nullable String artifactType) {
        String query = "last=" + PercentEncoding.encode(last);
        return artifactType == null
                ? query
                : "artifactType=" + PercentEncoding.encode(artifactType) + "&" + query;
    }
}
