package io.berth.auth.tokenservice;

import io.berth.access.Grant;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.access.Credentials;
import io.berth.http.message.ClientId;
import io.berth.http.response.ErrorStatus;
import io.berth.http.response.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/**
 * The token service over HTTP, open to all clients. No answer is to be kept by a cache.
 *
 * <ul>
 *   <li>{@code GET /token}, {@code POST /token}: a token.
 *   <li>{@code GET /token/certificates}: in PEM, for {@code rootcertbundle} of other registries.
 *   <li>{@code GET /token/jwks}: a set of keys (RFC 7517).
 * </ul>
 *
 * <p>Errors are in the format of OAuth 2 and of the registry at once, as clients expect the one or
 * the other.
 */
public final class TokenApi implements HandlerMapping, Ordered {

    private static final Logger log = LoggerFactory.getLogger(TokenApi.class);

    private static final JsonMapper json = JsonMapper.shared();

    private static final String READING = "GET, HEAD";

    private final TokenService service;
    private final Map<String, HttpRequestHandler> handlers;

    /** An action that may refuse. */
    @FunctionalInterface
    private interface Handler {

        void handle(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    /**
     * @param prefix of all paths, without a slash at its end
     */
    public TokenApi(TokenService service, String prefix) {
        this.service = service;
        String path = prefix + TokenService.PATH;
        this.handlers =
                Map.of(
                        path,
                        guarded(this::token),
                        path + "/certificates",
                        guarded(this::certificates),
                        path + "/jwks",
                        guarded(this::jwks));
    }

    /** After the API, which has more requests, and before what answers all others. */
    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) {
        HttpRequestHandler handler = handlers.get(request.getRequestURI());
        return handler == null ? null : new HandlerExecutionChain(handler);
    }

    private HttpRequestHandler guarded(Handler handler) {
        return (request, response) -> {
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Content-Type-Options", "nosniff");
            try {
                handler.handle(request, response);
            } catch (TokenRequestException e) {
                refuse(request, response, e);
            } catch (RegistryException e) {
                fail(request, response, e);
            }
        };
    }

    private void token(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        TokenService.Sender sender =
                new TokenService.Sender(
                        Objects.requireNonNullElse(request.getRemoteAddr(), ""),
                        ClientId.of(request),
                        RequestId.of(request));
        switch (request.getMethod()) {
            case "GET" ->
                    send(
                            response,
                            document(
                                    service.issue(
                                            Credentials.of(request),
                                            TokenParameters.ofQuery(request),
                                            sender)));
            case "POST" ->
                    send(
                            response,
                            document(service.exchange(TokenParameters.ofBody(request), sender)));
            default -> otherMethod(request, response, "GET, POST");
        }
    }

    /** Clients of either kind of request find what they look for. */
    private static Map<String, Object> document(TokenService.Issued issued) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("token", issued.token());
        document.put("access_token", issued.token());
        document.put("expires_in", issued.lifetime().toSeconds());
        document.put("issued_at", issued.issuedAt().toString());
        document.put(
                "scope",
                issued.grants().stream().map(TokenApi::scope).collect(Collectors.joining(" ")));
        if (issued.refreshToken() != null) {
            document.put("refresh_token", issued.refreshToken());
        }
        return document;
    }

    private static String scope(Grant grant) {
        String type =
                grant.resourceClass().isEmpty()
                        ? grant.type()
                        : grant.type() + "(" + grant.resourceClass() + ")";
        String actions = grant.actions().stream().sorted().collect(Collectors.joining(","));
        return type + ":" + grant.name() + ":" + actions;
    }

    private void certificates(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!isReading(request)) {
            otherMethod(request, response, READING);
            return;
        }
        Base64.Encoder base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        String pem =
                service.keys().stream()
                        .flatMap(key -> key.chain().stream())
                        .map(SigningKey::encoded)
                        .map(base64::encodeToString)
                        .map(
                                text ->
                                        "-----BEGIN CERTIFICATE-----\n"
                                                + text
                                                + "\n-----END CERTIFICATE-----\n")
                        .collect(Collectors.joining());
        send(
                response,
                200,
                "application/pem-certificate-chain",
                pem.getBytes(StandardCharsets.US_ASCII));
    }

    private void jwks(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isReading(request)) {
            otherMethod(request, response, READING);
            return;
        }
        List<Map<String, Object>> keys =
                service.keys().stream().map(SigningKey::publicJwk).toList();
        send(
                response,
                200,
                "application/jwk-set+json",
                json.writeValueAsBytes(Map.of("keys", keys)));
    }

    private static boolean isReading(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    /** Browsers send OPTIONS without credentials, before most requests to another origin. */
    private static void otherMethod(
            HttpServletRequest request, HttpServletResponse response, String allowed)
            throws IOException {
        response.setHeader("Allow", allowed);
        if (request.getMethod().equals("OPTIONS")) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            refuse(
                    request,
                    response,
                    405,
                    "invalid_request",
                    ErrorCode.UNSUPPORTED,
                    "only " + allowed + " can be used here");
        }
    }

    private void refuse(
            HttpServletRequest request, HttpServletResponse response, TokenRequestException e)
            throws IOException {
        ErrorCode code = ErrorCode.REQUEST_INVALID;
        if (e.status() == HttpServletResponse.SC_UNAUTHORIZED) {
            code = ErrorCode.UNAUTHORIZED;
            response.setHeader("WWW-Authenticate", "Basic realm=\"" + service.service() + "\"");
        } else if (e.status() == HttpServletResponse.SC_FORBIDDEN) {
            code = ErrorCode.DENIED;
        }
        refuse(request, response, e.status(), e.code(), code, e.getMessage());
    }

    /** Overload is normal; that keys cannot be read is told to the administrator. */
    private static void fail(
            HttpServletRequest request, HttpServletResponse response, RegistryException e)
            throws IOException {
        int status = ErrorStatus.of(e.code());
        if (status >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            Throwable cause = e.getCause();
            log.error(
                    "{} {} {}: {} {}",
                    RequestId.of(request),
                    request.getMethod(),
                    request.getRequestURI(),
                    status,
                    cause == null ? e.errors().getFirst() : cause.getMessage());
        }
        response.setHeader("Retry-After", "1");
        refuse(
                request,
                response,
                status,
                "temporarily_unavailable",
                e.code(),
                e.errors().getFirst().message());
    }

    private static void refuse(
            HttpServletRequest request,
            HttpServletResponse response,
            int status,
            String error,
            ErrorCode code,
            String message)
            throws IOException {
        if (!request.getInputStream().isFinished()) {
            // The rest of the body is not read, so no request can follow it on the connection.
            response.setHeader("Connection", "close");
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("error", error);
        document.put("error_description", message);
        document.put("errors", List.of(Map.of("code", code.wireName(), "message", message)));
        send(response, status, "application/json", json.writeValueAsBytes(document));
    }

    private static void send(HttpServletResponse response, Map<String, Object> document)
            throws IOException {
        send(response, 200, "application/json", json.writeValueAsBytes(document));
    }

    private static void send(HttpServletResponse response, int status, String type, byte[] content)
            throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(content.length);
        response.getOutputStream().write(content);
    }
}
