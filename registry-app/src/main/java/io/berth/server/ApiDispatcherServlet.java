package io.berth.server;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Dispatches every method of HTTP to the routes, also those that the base class would answer
 * itself: TRACE with an echo of its headers, OPTIONS with methods that the path does not have.
 */
public final class ApiDispatcherServlet extends DispatcherServlet {

    private static final long serialVersionUID = 1L;

    /** A servlet for the beans of a context. */
    public ApiDispatcherServlet(WebApplicationContext context) {
        super(context);
        setPublishEvents(false); // one event for each request, and no listener
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        processRequest(request, response);
    }
}
