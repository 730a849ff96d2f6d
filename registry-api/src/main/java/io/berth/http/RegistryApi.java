package io.berth.http;

import static io.berth.http.route.Route.on;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.error.RegistryException;
import io.berth.http.access.AccessControl;
import io.berth.http.body.ListMemory;
import io.berth.http.body.ManifestBodyReader;
import io.berth.http.message.ClientId;
import io.berth.http.message.PositionSealer;
import io.berth.http.response.BlobSender;
import io.berth.http.response.ErrorResponse;
import io.berth.http.response.ErrorStatus;
import io.berth.http.route.ApiUrls;
import io.berth.http.route.RegistryPath;
import io.berth.http.route.RegistryPath.Base;
import io.berth.http.route.RegistryPath.BlobAt;
import io.berth.http.route.RegistryPath.Catalog;
import io.berth.http.route.RegistryPath.ManifestAt;
import io.berth.http.route.RegistryPath.Referrers;
import io.berth.http.route.RegistryPath.Root;
import io.berth.http.route.RegistryPath.Server;
import io.berth.http.route.RegistryPath.Tags;
import io.berth.http.route.RegistryPath.UploadAt;
import io.berth.http.route.RegistryPath.Uploads;
import io.berth.http.route.RouteMapping;
import io.berth.http.route.Routes;
import io.berth.name.Reference;
import io.berth.registry.Registry;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The API of one registry, as two beans for Spring's dispatcher: the mapping finds the action for a
 * request, and the resolver answers exceptions. Handlers are {@link
 * org.springframework.web.HttpRequestHandler}s that write their responses themselves. Safe for
 * several threads.
 */
public final class RegistryApi {

    /**
     * Name of a request attribute that the server may set: a text that identifies the client.
     * Without it, the address of the connection identifies the client.
     */
    public static final String CLIENT_ATTRIBUTE = ClientId.ATTRIBUTE;

    /**
     * Seconds that a manifest waits for memory: longer than any other manifest takes, shorter than
     * clients wait.
     */
    private static final int MANIFEST_TIMEOUT = 10;

    /**
     * Seconds that a list waits for memory: longer than making another list takes, and longer than
     * a slow client is tolerated.
     */
    private static final int LIST_TIMEOUT = 10;

    private final ApiUrls urls;
    private final RouteMapping handlerMapping;
    private final HandlerExceptionResolver exceptionResolver;

    /**
     * The API of a registry that everyone who reaches it may use.
     *
     * @see #RegistryApi(Registry, ApiSettings, AccessControl)
     */
    public RegistryApi(Registry registry, ApiSettings settings) {
        this(registry, settings, AccessControl.open());
    }

    /**
     * The API of a single replica.
     *
     * @see #RegistryApi(Registry, ApiSettings, AccessControl, PositionSealer)
     */
    public RegistryApi(Registry registry, ApiSettings settings, AccessControl access) {
        this(registry, settings, access, PositionSealer.ofProcess());
    }

    /**
     * The API of a registry. Where the registry is read-only, requests that change something are
     * refused by their method, before their headers and body are read: the client learns this
     * reason and not another error of its request.
     *
     * @param sealer with a secret that all replicas share
     */
    public RegistryApi(
            Registry registry, ApiSettings settings, AccessControl access, PositionSealer sealer) {
        this.urls = new ApiUrls(settings.urls());
        Routes routes = routes(registry, urls, settings, access, sealer);
        this.handlerMapping = new RouteMapping(urls, routes, access::admit);
        this.exceptionResolver = new ErrorResolver(urls, routes);
    }

    /** Finds the action for a request. */
    public HandlerMapping handlerMapping() {
        return handlerMapping;
    }

    /** Answers exceptions. */
    public HandlerExceptionResolver exceptionResolver() {
        return exceptionResolver;
    }

    /**
     * Whether the API answers requests for a path, even if only with an error.
     *
     * @param path of the URL, still encoded, without the query
     */
    public boolean covers(String path) {
        return urls.covers(path);
    }

    /**
     * Answers a request that the API covers without Spring's dispatcher, but in the same way.
     *
     * @throws Exception when the request failed after the response had begun: the server must close
     *     the connection, so that the client does not take a part of the response for all of it
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

    /**
     * Answers a request that the server has refused as malformed: with the error of its path, if
     * the path is invalid, or with REQUEST_INVALID.
     *
     * @param response not committed
     * @param status of the response when the path is valid
     * @throws IOException when the client's connection fails
     */
    public static void sendMalformed(
            HttpServletRequest request, HttpServletResponse response, int status)
            throws IOException {
        RegistryException error = errorOfPath(request.getRequestURI());
        if (error == null) {
            ErrorResponse.send(
                    request,
                    response,
                    status,
                    List.of(RegistryError.of(ErrorCode.REQUEST_INVALID)),
                    Map.of());
        } else {
            ErrorResponse.send(
                    request, response, ErrorStatus.of(error.code()), error.errors(), Map.of());
        }
    }

    /**
     * The error of a path; {@code null} when it is valid.
     *
     * @param path {@code null} when it could not be read
     */
    private static @Nullable RegistryException errorOfPath(@Nullable String path) {
        if (path == null) {
            return null;
        }
        int start = path.indexOf("/v2/"); // below any prefix
        try {
            if (start >= 0
                    && RegistryPath.parse(path.substring(start)) instanceof ManifestAt manifest) {
                Reference.of(manifest.reference());
            }
            return null;
        } catch (RegistryException e) {
            return e;
        }
    }

    static Routes routes(
            Registry registry,
            ApiUrls urls,
            ApiSettings settings,
            AccessControl access,
            PositionSealer sealer) {
        var base = new BaseController();
        var memory = new ListMemory(settings.bounds().listBytes(), LIST_TIMEOUT);
        var catalog =
                new CatalogController(registry, urls, settings, memory, access::listed, sealer);
        var tags = new TagsController(registry, urls, settings, memory);
        var referrers = new ReferrersController(registry, urls, memory);
        var sender = new BlobSender();
        var blobs = new BlobController(registry, sender);
        var uploads = new UploadController(registry, urls, access::readable);
        var manifests =
                new ManifestController(
                        registry,
                        urls,
                        new ManifestNegotiation(registry, settings.manifests()),
                        new ManifestBodyReader(settings.bounds().manifestBytes(), MANIFEST_TIMEOUT),
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
                registry.isReadOnly());
    }
}
