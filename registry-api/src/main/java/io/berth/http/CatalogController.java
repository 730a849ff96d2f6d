package io.berth.http;

import io.berth.http.body.ListMemory;
import io.berth.http.message.PositionSealer;
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

    /**
     * The most parts of which a page is put together, each of which passes over {@link
     * RegistryLister#MAX_HIDDEN} names at most. Clients that follow no link see what comes after
     * fewer hidden names than that.
     */
    private static final int PARTS = 10;

    private final RegistryLister registry;
    private final ApiUrls urls;
    private final ApiSettings settings;
    private final ListMemory memory;
    private final Supplier<Predicate<RepositoryName>> listed;
    private final PositionSealer sealer;

    /**
     * @param listed which repositories the list of the current caller has
     * @param sealer hides the name after which a page begins, where that is not for the caller
     */
    CatalogController(
            RegistryLister registry,
            ApiUrls urls,
            ApiSettings settings,
            ListMemory memory,
            Supplier<Predicate<RepositoryName>> listed,
            PositionSealer sealer) {
        this.registry = registry;
        this.urls = urls;
        this.settings = settings;
        this.memory = memory;
        this.listed = listed;
        this.sealer = sealer;
    }

    void get(Catalog path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        PageQuery query =
                PageQuery.of(
                        request,
                        QueryParameter.LAST_REPOSITORY,
                        settings.repositoriesAtOnce(),
                        settings.catalog().maxEntries());
        PageRequest asked = query.request();
        PageRequest wanted =
                asked.after() == null
                        ? asked
                        : new PageRequest(sealer.open(asked.after()), asked.limit());
        try (ListMemory.Reservation reservation =
                memory.reserve(request, (long) wanted.limit() * ListMemory.REPOSITORY_BYTES)) {
            Page<RepositoryName> page = page(wanted);
            Deque<byte[]> body = document(page);
            urls.linkToNext(response, path, page, RepositoryName::value, query::next);
            reservation.send(response, "application/json", body);
        }
    }

    /**
     * A page that is full, or the last one, or one that ends after many names that the caller must
     * not see. It says nowhere which names these are: it ends with a name that the caller may see,
     * or says by a sealed position where to go on.
     */
    private Page<RepositoryName> page(PageRequest wanted) {
        Predicate<RepositoryName> visible = listed.get();
        Page<RepositoryName> part = registry.repositories(wanted, visible);
        List<RepositoryName> names = new ArrayList<>(part.items());
        for (int i = 1; i < PARTS && endsEarly(part, names, wanted); i++) {
            int missing = wanted.limit() - names.size();
            part = registry.repositories(new PageRequest(part.next(), missing), visible);
            names.addAll(part.items());
        }
        String next = part.next();
        return next != null && endsEarly(part, names, wanted)
                ? new Page<>(names, true, sealer.seal(next))
                : new Page<>(names, part.more());
    }

    private static boolean endsEarly(
            Page<RepositoryName> part, List<RepositoryName> names, PageRequest wanted) {
        return part.more() && part.next() != null && names.size() < wanted.limit();
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
