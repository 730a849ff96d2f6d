package io.berth.http.message;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;

/** The client of a request, as limits count clients: by its address, or by a part of that. */
public final class ClientId {

    /** Name of the request attribute that identifies the client, if the server has set it. */
    public static final String ATTRIBUTE = "io.berth.http.client";

    private ClientId() {}

    /** What the server has set; the address of the connection otherwise. */
    public static String of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof String client
                ? client
                : Objects.requireNonNullElse(request.getRemoteAddr(), "");
    }
}
