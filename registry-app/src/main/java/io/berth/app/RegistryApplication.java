package io.berth.app;

import io.berth.config.HttpSettings;
import io.berth.config.LoadedSettings;
import io.berth.config.RegistrySettings;
import io.berth.health.ReadinessWatch;
import io.berth.health.StoreWatch;
import io.berth.http.RegistryApi;
import io.berth.object.ObjectStore;
import io.berth.registry.Registry;
import io.berth.server.ConnectionLimits;
import io.berth.server.Drain;
import io.berth.server.TomcatServer;
import io.berth.stored.StoredRegistry;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.HttpRequestHandlerAdapter;

/**
 * Everything that runs in the server. Nothing is switched on by being on the class path: what is
 * not named here is not part of it, so no filter stands before the protocol, and nobody but its
 * controllers reads a body.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import(TomcatServer.class)
class RegistryApplication {

    @Bean
    RegistrySettings settings(LoadedSettings loaded) {
        return loaded.settings();
    }

    @Bean
    HttpSettings httpSettings(RegistrySettings settings) {
        return settings.http();
    }

    @Bean
    ConnectionLimits connectionLimits(HttpSettings settings) {
        return ConnectionLimits.of(
                settings, MemoryBudget.ofProcess().connectionBytes(), OpenFiles.most());
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    ObjectStore store(LoadedSettings loaded) {
        return Stores.open(loaded.settings().storage(), loaded.folderSource());
    }

    /** {@link Drain} closes it, in the time that a stop may take. */
    @Bean(destroyMethod = "")
    StoredRegistry stored(
            ObjectStore store, RegistrySettings settings, ConnectionLimits limits, Clock clock) {
        return Assembly.stored(
                Assembly.bounded(store, settings.storage(), limits), settings, clock);
    }

    @Bean
    UploadPurging uploadPurging(StoredRegistry stored, RegistrySettings settings, Clock clock) {
        return new UploadPurging(stored, settings.storage().maintenance(), clock);
    }

    @Bean
    Registry guarded(StoredRegistry stored, RegistrySettings settings) {
        return Assembly.guarded(stored, settings);
    }

    @Bean
    RegistryApi api(@Qualifier("guarded") Registry guarded, RegistrySettings settings) {
        return Assembly.api(guarded, settings);
    }

    @Bean
    HandlerMapping routes(RegistryApi api) {
        return api.handlerMapping();
    }

    @Bean
    StoreWatch storeWatch(ObjectStore store, RegistrySettings settings, Clock clock) {
        return Assembly.watch(store, settings, clock);
    }

    @Bean
    ReadinessWatch readinessWatch(Clock clock) {
        return new ReadinessWatch(clock);
    }

    @Bean
    Drain drain(
            WebServerApplicationContext context,
            HttpSettings settings,
            ReadinessWatch watched,
            StoredRegistry stored) {
        return new Drain(context, settings, watched::isAsked, stored::close);
    }

    @Bean
    HandlerMapping health(
            StoreWatch watch,
            ObjectStore store,
            RegistrySettings settings,
            ReadinessWatch asked,
            Drain drain) {
        return Assembly.health(watch, store, settings, asked, drain).handlerMapping();
    }

    /**
     * Whatever is not below the prefix. Tomcat's error becomes one of the protocol. Comes last, as
     * every mapping does that says nothing of its order. None of the mappings may use path
     * patterns: the dispatcher would parse the path of every request, and fail on some.
     */
    @Bean
    HandlerMapping nowhere() {
        HttpRequestHandler notFound =
                (request, response) -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
        return _ -> new HandlerExecutionChain(notFound);
    }

    @Bean
    HttpRequestHandlerAdapter handlers() {
        return new HttpRequestHandlerAdapter();
    }

    @Bean
    HandlerExceptionResolver errors(RegistryApi api) {
        return api.exceptionResolver();
    }

    @Bean
    ServletRegistrationBean<Dispatcher> dispatcher(WebApplicationContext context) {
        var registration = new ServletRegistrationBean<>(new Dispatcher(context), "/");
        registration.setLoadOnStartup(1);
        return registration;
    }

    @Bean
    StartReport startReport(LoadedSettings loaded, ConnectionLimits limits) {
        return new StartReport(loaded, limits);
    }
}
