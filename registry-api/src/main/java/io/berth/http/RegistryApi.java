package io.berth.http;

import static io.berth.http.Route.on;

import io.berth.http.RegistryPath.Base;
import io.berth.http.RegistryPath.BlobAt;
import io.berth.http.RegistryPath.Catalog;
import io.berth.http.RegistryPath.ManifestAt;
import io.berth.http.RegistryPath.Referrers;
import io.berth.http.RegistryPath.Root;
import io.berth.http.RegistryPath.Server;
import io.berth.http.RegistryPath.Tags;
import io.berth.http.RegistryPath.UploadAt;
import io.berth.http.RegistryPath.Uploads;
import io.berth.registry.Registry;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The whole API over one registry, as the two parts that Spring's dispatcher takes: the mapping
 * finds the action for a request, the resolver answers what it throws. Handlers are {@link
 * org.springframework.web.HttpRequestHandler}s that write their answers themselves.
 */
public final class RegistryApi {

    /**
     * Bytes that a read of a request's body should give at the most: to be set where the server is
     * put together. Smaller reads cost trickling uploads processor time, larger ones have gained
     * nothing; every connection has such a buffer.
     */
    public static final int READ_BUFFER_BYTES = 32 * 1024;

    /**
     * Attribute of a request: a text by which its client is told from others, where the server
     * knows it better than by the address of the connection.
     */
    public static final String CLIENT_ATTRIBUTE = "io.berth.http.client";

    /** Seconds: longer than any manifest takes, shorter than clients wait. */
    private static final int MANIFEST_PATIENCE = 10;

    /** Seconds: longer than making a list takes, and than a slow client is put up with. */
    private static final int LIST_PATIENCE = 10;

    private final ApiUrls urls;
    private final RouteMapping handlerMapping;
    private final HandlerExceptionResolver exceptionResolver;

    public RegistryApi(Registry registry, ApiSettings settings) {
        this.urls = new ApiUrls(settings.urls());
        Routes routes = routes(registry, urls, settings);
        this.handlerMapping = new RouteMapping(urls, routes);
        this.exceptionResolver = new ErrorResolver(urls, routes);
    }

    public HandlerMapping handlerMapping() {
        return handlerMapping;
    }

    public HandlerExceptionResolver exceptionResolver() {
        return exceptionResolver;
    }

    /**
     * Whether answering requests for a path is the business of the API, even if only with an error.
     *
     * @param path of the URL as it was sent, still encoded, without the query
     */
    public boolean covers(String path) {
        return urls.covers(path);
    }

    /**
     * Answers a request that the API covers without Spring's dispatcher, as it would be answered
     * through it. Safe for use by many threads.
     *
     * @throws Exception when the request failed after its answer had begun: the server must break
     *     the connection, so that the client takes no part for the whole
     */
    public void answer(HttpServletRequest request, HttpServletResponse response) throws Exception {
        try {
            Objects.requireNonNull(handlerMapping.handler(request))
                    .handleRequest(request, response);
        } catch (Exception e) {
            resolve(request, response, e);
        } catch (Error e) {
            resolve(request, response, new ServletException("the request failed: " + e, e));
        }
    }

    private void resolve(
            HttpServletRequest request, HttpServletResponse response, Exception failure)
            throws Exception {
        if (exceptionResolver.resolveException(request, response, null, failure) == null) {
            throw failure;
        }
    }

    static Routes routes(Registry registry, ApiUrls urls, ApiSettings settings) {
        var base = new BaseController();
        var room = new ListRoom(settings.lists().roomBytes(), LIST_PATIENCE);
        var catalog = new CatalogController(registry, urls, settings.lists(), room);
        var tags = new TagsController(registry, urls, settings.lists(), room);
        var referrers = new ReferrersController(registry, urls, room);
        var sender = new BlobSender();
        var blobs = new BlobController(registry, sender);
        var uploads = new UploadController(registry, urls);
        var manifests =
                new ManifestController(
                        registry,
                        urls,
                        new ManifestNegotiation(registry, settings.manifests()),
                        new ManifestBodies(settings.manifests().bodyBytes(), MANIFEST_PATIENCE),
                        sender);
        return new Routes(
                List.of(
                        on(Server.class),
                        on(Root.class).get(base::root).head(base::root),
                        on(Base.class).get(base::get).head(base::get),
                        on(Catalog.class).get(catalog::get).head(catalog::get),
                        on(Tags.class).get(tags::get).head(tags::get),
                        on(ManifestAt.class)
                                .get(manifests::get)
                                .head(manifests::get)
                                .put(manifests::put)
                                .delete(manifests::delete),
                        on(BlobAt.class).get(blobs::get).head(blobs::head).delete(blobs::delete),
                        on(Uploads.class).post(uploads::post),
                        on(UploadAt.class)
                                .get(uploads::get)
                                .head(uploads::get)
                                .patch(uploads::patch)
                                .put(uploads::put)
                                .delete(uploads::delete),
                        on(Referrers.class).get(referrers::get).head(referrers::get)),
                settings.readOnly());
    }
}
