package io.berth.http;

import io.berth.http.RegistryPath.Tags;
import io.berth.http.message.QueryParameter;
import io.berth.name.Tag;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Deque;

/** The tags of a repository (distribution-spec, "Listing Tags"). */
final class TagsController {

    private static final int FEW = 1000;

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings.Lists limits;
    private final ListRoom room;

    TagsController(RegistryLister registry, ApiUrls urls, ApiSettings.Lists limits, ListRoom room) {
        this.registry = registry;
        this.urls = urls;
        this.limits = limits;
        this.room = room;
    }

    void get(Tags path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(request, QueryParameter.LAST_TAG, limits.allTags(), limits.maxTags());
        PageRequest wanted = query.request();
        // Most repositories have few tags, and most clients ask for all.
        PageRequest few = new PageRequest(wanted.after(), Math.min(wanted.limit(), FEW));
        try (ListRoom.Place place = room.take(request, (long) few.limit() * ListRoom.TAG)) {
            Page<Tag> page = registry.tags(path.repository(), few);
            if (!page.more() || few.limit() == wanted.limit()) {
                send(path, query, page, place, response);
                return;
            }
        }
        try (ListRoom.Place place = room.take(request, (long) wanted.limit() * ListRoom.TAG)) {
            Page<Tag> page = registry.tags(path.repository(), wanted);
            send(path, query, page, place, response);
        }
    }

    private void send(
            Tags path,
            PageQuery query,
            Page<Tag> page,
            ListRoom.Place place,
            HttpServletResponse response)
            throws IOException {
        Deque<byte[]> body =
                Json.pieces(
                        json -> {
                            json.writeStartObject();
                            json.writeStringProperty("name", path.repository().value());
                            json.writeArrayPropertyStart("tags");
                            page.items().forEach(tag -> json.writeString(tag.value()));
                            json.writeEndArray();
                            json.writeEndObject();
                        });
        urls.linkToNext(response, path, page, Tag::value, query::next);
        place.send(response, "application/json", body);
    }
}
