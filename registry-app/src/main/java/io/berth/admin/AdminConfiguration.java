package io.berth.admin;

import io.berth.access.Caller;
import io.berth.http.access.AccessControl;
import io.berth.readonly.ReadOnlySwitch;
import io.berth.registry.Registry;
import io.berth.server.ApiDispatcherServlet;
import io.berth.server.DebugListener;
import io.berth.server.DebugSettings;
import io.berth.session.SessionLister;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

/**
 * Serves the administration API on both listeners, by a dispatcher of its own on each: what Spring
 * MVC does for its controllers costs the requests of clients nothing. A dispatcher starts with its
 * first request.
 *
 * <p>A feature adds routes by a bean that is a {@code @RestController}, whose paths are relative to
 * {@value #ROOT}, and by their description in {@code openapi.json}.
 */
@Configuration(proxyBeanMethods = false)
public class AdminConfiguration {

    /** What all paths begin with. */
    static final String ROOT = "/api/v1";

    private static final String PATTERN = ROOT + "/*";

    /**
     * Tomcat is set up before the other beans, and nothing may be opened by then: the store may
     * have to be waited for.
     */
    @Bean
    ServletRegistrationBean<ApiDispatcherServlet> administration(
            WebApplicationContext parent, ObjectProvider<AccessControl> access) {
        var registration =
                new ServletRegistrationBean<>(
                        dispatcher(parent, request -> access.getObject().administrator(request)),
                        false,
                        PATTERN);
        registration.setName("administration");
        return registration;
    }

    /** {@code null}: there is none. */
    @Bean
    @Nullable DebugListener debugListener(
            DebugSettings settings, WebApplicationContext parent, AccessControl access) {
        return settings.addr() == null
                ? null
                : new DebugListener(
                        settings.addr(),
                        Map.of(
                                PATTERN,
                                dispatcher(parent, new LocalAccess(access::administrator))));
    }

    private static ApiDispatcherServlet dispatcher(
            WebApplicationContext parent, Function<HttpServletRequest, Caller> access) {
        ApiDispatcherServlet dispatcher = new ApiDispatcherServlet(web(parent, access));
        dispatcher.setDetectAllHandlerMappings(false);
        dispatcher.setDetectAllHandlerAdapters(false);
        dispatcher.setDetectAllHandlerExceptionResolvers(false);
        return dispatcher;
    }

    /** The parts of a dispatcher, not yet made. */
    static AnnotationConfigWebApplicationContext web(
            WebApplicationContext parent, Function<HttpServletRequest, Caller> access) {
        AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
        context.setParent(parent);
        context.register(AdminWeb.class);
        context.addBeanFactoryPostProcessor(
                factory -> factory.registerSingleton("access", new AdminAccess(access)));
        return context;
    }

    @Bean
    UploadsController uploadsController(
            SessionLister sessions, @Qualifier("guarded") Registry registry) {
        return new UploadsController(sessions, registry);
    }

    @Bean
    ReadOnlyController readOnlyController(ReadOnlySwitch readOnly, Clock clock) {
        return new ReadOnlyController(readOnly, clock);
    }
}
