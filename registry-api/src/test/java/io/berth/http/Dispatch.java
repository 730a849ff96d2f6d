package io.berth.http;

import io.berth.registry.Registry;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletConfig;
import org.springframework.web.context.support.StaticWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerMapping;

/** The API behind Spring's dispatcher, as the application wires it. */
final class Dispatch {

    private final DispatcherServlet servlet;

    Dispatch(Registry registry, ApiSettings settings) {
        servlet = servlet(registry, settings);
        try {
            servlet.init(new MockServletConfig());
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
    }

    static DispatcherServlet servlet(Registry registry, ApiSettings settings) {
        RegistryApi api = new RegistryApi(registry, settings);
        StaticWebApplicationContext context = new StaticWebApplicationContext();
        context.registerBean(HandlerMapping.class, api::handlerMapping);
        context.registerBean(HandlerExceptionResolver.class, api::exceptionResolver);
        return new DispatcherServlet(context);
    }

    MockHttpServletResponse send(MockHttpServletRequest request) {
        MockHttpServletResponse response = new MockHttpServletResponse();
        try {
            servlet.service(request, response);
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response;
    }
}
