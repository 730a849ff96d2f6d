package io.berth.http;

import io.berth.http.RegistryPath.Tags;
import io.berth.http.message.QueryParameter;
import io.berth.name.Tag;
import io.berth.registry.Page;
import io.berth.registry.RegistryLister;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The tags of a repository (distribution-spec, "Listing Tags"). */
final class TagsController {

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings.Lists limits;

    TagsController(RegistryLister registry, ApiUrls urls, ApiSettings.Lists limits) {
        this.registry = registry;
        this.urls = urls;
        this.limits = limits;
    }

    void get(Tags path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(request, QueryParameter.LAST_TAG, limits.allTags(), limits.maxTags());
        Page<Tag> page = registry.tags(path.repository(), query.request());
        byte[] body =
                Json.write(
                        json -> {
                            json.writeStartObject();
                            json.writeStringProperty("name", path.repository().value());
                            json.writeArrayPropertyStart("tags");
                            page.items().forEach(tag -> json.writeString(tag.value()));
                            json.writeEndArray();
                            json.writeEndObject();
                        });
        urls.linkToNext(response, path, page, Tag::value, query::next);
        Answer.content(request, response, "application/json", body);
    }
}
