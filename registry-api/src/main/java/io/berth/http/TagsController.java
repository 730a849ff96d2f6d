package io.berth.http;

import io.berth.http.body.ListMemory;
import io.berth.http.message.QueryParameter;
import io.berth.http.response.Json;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath.Tags;
import io.berth.name.Tag;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Deque;

/** Lists the tags of a repository (distribution-spec, "Listing Tags"). */
final class TagsController {

    /** Tags for which memory is reserved at first. */
    private static final int FEW = 1000;

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings settings;
    private final ListMemory memory;

    TagsController(RegistryLister registry, ApiUrls urls, ApiSettings settings, ListMemory memory) {
        this.registry = registry;
        this.urls = urls;
        this.settings = settings;
        this.memory = memory;
    }

    void get(Tags path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(
                        request,
                        QueryParameter.LAST_TAG,
                        settings.tagsAtOnce(),
                        settings.tags().maxTags());
        PageRequest wanted = query.request();
        // Most clients ask for all tags, and most repositories have few.
        PageRequest few = new PageRequest(wanted.after(), Math.min(wanted.limit(), FEW));
        try (ListMemory.Reservation reservation =
                memory.reserve(request, (long) few.limit() * ListMemory.TAG_BYTES)) {
            Page<Tag> page = registry.tags(path.repository(), few);
            if (!page.more() || few.limit() == wanted.limit()) {
                send(path, query, page, reservation, response);
                return;
            }
        }
        try (ListMemory.Reservation reservation =
                memory.reserve(request, (long) wanted.limit() * ListMemory.TAG_BYTES)) {
            Page<Tag> page = registry.tags(path.repository(), wanted);
            send(path, query, page, reservation, response);
        }
    }

    private void send(
            Tags path,
            PageQuery query,
            Page<Tag> page,
            ListMemory.Reservation reservation,
            HttpServletResponse response)
            throws IOException {
        Deque<byte[]> body =
                Json.segments(
                        json -> {
                            json.writeStartObject();
                            json.writeStringProperty("name", path.repository().value());
                            json.writeArrayPropertyStart("tags");
                            page.items().forEach(tag -> json.writeString(tag.value()));
                            json.writeEndArray();
                            json.writeEndObject();
                        });
        urls.linkToNext(response, path, page, Tag::value, query::next);
        reservation.send(response, "application/json", body);
    }
}
