package io.berth.server;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/** Adds the headers that are configured for every response ({@code http.headers}). */
final class FixedHeadersValve extends ValveBase {

    private final Map<String, List<String>> headers;

    FixedHeadersValve(Map<String, List<String>> headers) {
        super(true);
        this.headers = headers;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        addTo(response);
        getNext().invoke(request, response);
    }

    void addTo(Response response) {
        headers.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
    }
}
