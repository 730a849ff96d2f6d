package io.berth.http;

import io.berth.http.RegistryPath.Base;
import io.berth.http.RegistryPath.Root;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Signs of life (distribution-spec, "Determining Support"). */
final class BaseController {

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    /** The server runs; says nothing about the storage. */
    void root(Root path, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-cache");
        Answer.empty(response, HttpServletResponse.SC_OK);
    }

    /** The protocol is spoken here, and the caller is let in. */
    void get(Base path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Answer.content(request, response, "application/json", EMPTY_OBJECT);
    }
}
