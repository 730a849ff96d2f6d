package io.berth.http;

import io.berth.http.response.Responses;
import io.berth.http.route.RegistryPath.Base;
import io.berth.http.route.RegistryPath.Root;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers clients that check whether this is a registry (distribution-spec, "Determining Support").
 */
final class BaseController {

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    /** Shows that the server runs, not that the storage is available. */
    void root(Root path, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-cache");
        Responses.empty(response, HttpServletResponse.SC_OK);
    }

    /** Shows that this server implements the protocol and accepts the caller. */
    void get(Base path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Responses.content(request, response, "application/json", EMPTY_OBJECT);
    }
}
