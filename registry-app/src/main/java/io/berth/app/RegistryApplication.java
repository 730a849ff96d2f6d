package io.berth.app;

import io.berth.access.AccessPolicy;
import io.berth.admin.AboutController;
import io.berth.admin.AdminConfiguration;
import io.berth.audit.AuditLog;
import io.berth.audit.AuditedRegistry;
import io.berth.auth.AuthConfiguration;
import io.berth.auth.AuthMemory;
import io.berth.auth.AuthSettings;
import io.berth.auth.TokenServiceConfiguration;
import io.berth.config.LoadedSettings;
import io.berth.config.RegistrySettings;
import io.berth.document.SharedDocuments;
import io.berth.health.ReadinessProbeTracker;
import io.berth.health.StoreHealthChecker;
import io.berth.http.RegistryApi;
import io.berth.http.access.AccessControl;
import io.berth.http.message.PositionSealer;
import io.berth.http.route.UrlSettings;
import io.berth.logging.LogLimit;
import io.berth.logging.LogSettings;
import io.berth.logging.audit.AuditConfiguration;
import io.berth.logging.audit.AuditSettings;
import io.berth.maintenance.ReadOnlyConfiguration;
import io.berth.maintenance.UploadPurgeSchedule;
import io.berth.object.ObjectStore;
import io.berth.policy.PolicySettings;
import io.berth.policy.RefusalCounter;
import io.berth.policy.file.PolicyFile;
import io.berth.readonly.WriteGate;
import io.berth.registry.Registry;
import io.berth.server.ApiDispatcherServlet;
import io.berth.server.DebugSettings;
import io.berth.server.Drain;
import io.berth.server.OpenFileLimit;
import io.berth.server.ServerSettings;
import io.berth.server.TomcatServer;
import io.berth.server.connection.ConnectionLimits;
import io.berth.session.SessionLister;
import io.berth.storage.StoredDocuments;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredSessions;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.HttpRequestHandlerAdapter;

/**
 * The Spring configuration of the server, without auto-configuration: only the beans that are named
 * here exist. So no filter runs before the API, and only its controllers read bodies of requests.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import({
    TomcatServer.class,
    AuthConfiguration.class,
    TokenServiceConfiguration.class,
    AdminConfiguration.class,
    ReadOnlyConfiguration.class,
    AuditConfiguration.class
})
public class RegistryApplication {

    /** The application, not yet run. It reads its settings before it creates any bean. */
    public static SpringApplication configured() {
        SpringApplication application = new SpringApplication(RegistryApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.addInitializers(RegistryApplication::load);
        return application;
    }

    /**
     * Reads the settings before any bean exists, so that a wrong setting ends the start before
     * anything is opened.
     */
    private static void load(ConfigurableApplicationContext context) {
        LoadedSettings loaded = LoadedSettings.from(context.getEnvironment());
        context.getBeanFactory().registerSingleton("loadedSettings", loaded);
        LogLimit.install();
        LogSettings.Level level = loaded.settings().log().level();
        if (level != LogSettings.Level.INFO) {
            LoggingSystem.get(RegistryApplication.class.getClassLoader())
                    .setLogLevel("io.berth", LogLevel.valueOf(level.name()));
        }
    }

    @Bean
    RegistrySettings settings(LoadedSettings loaded) {
        return loaded.settings();
    }

    @Bean
    ServerSettings serverSettings(RegistrySettings settings) {
        return settings.http().server();
    }

    @Bean
    DebugSettings debugSettings(ServerSettings settings) {
        return settings.debug();
    }

    @Bean
    UrlSettings urlSettings(RegistrySettings settings) {
        return settings.http().urls();
    }

    @Bean
    AuditSettings auditSettings(RegistrySettings settings) {
        return settings.audit();
    }

    @Bean
    AuthSettings authSettings(RegistrySettings settings) {
        return settings.auth();
    }

    @Bean
    PolicySettings policySettings(RegistrySettings settings) {
        return settings.policy();
    }

    @Bean
    AuthMemory authMemory() {
        return new AuthMemory(MemoryBudget.ofProcess().tokenBytes());
    }

    @Bean
    ConnectionLimits connectionLimits(ServerSettings settings, UrlSettings urls) {
        return ConnectionLimits.of(
                settings.limits(),
                settings.tls().isOn(),
                urls.trustForwarded(),
                MemoryBudget.ofProcess().connectionBytes(),
                OpenFileLimit.get());
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    ObjectStore store(LoadedSettings loaded) {
        return Stores.open(loaded.settings().storage(), loaded.folderSource());
    }

    @Bean
    SharedDocuments documents(ObjectStore store) {
        return new StoredDocuments(store);
    }

    @Bean
    SessionLister sessionLister(ObjectStore store) {
        return new StoredSessions(store);
    }

    @Bean
    AboutController aboutController() {
        return new AboutController(BerthVersion.current());
    }

    /** Closed by {@link Drain}, within the time that a stop may take. */
    @Bean(destroyMethod = "")
    StoredRegistry stored(
            ObjectStore store, RegistrySettings settings, ConnectionLimits limits, Clock clock) {
        return Assembly.stored(Assembly.bounded(store, limits), settings, clock);
    }

    @Bean
    UploadPurgeSchedule uploadPurging(
            StoredRegistry stored,
            @Qualifier("guarded") Registry guarded,
            RegistrySettings settings,
            WriteGate gate,
            Clock clock) {
        return new UploadPurgeSchedule(
                stored,
                settings.storage().maintenance().uploadPurging(),
                guarded.isReadOnly(),
                gate,
                clock);
    }

    @Bean
    RefusalCounter refusalCounter() {
        return new RefusalCounter();
    }

    @Bean
    Registry guarded(
            StoredRegistry stored,
            RegistrySettings settings,
            AccessPolicy access,
            PolicyFile policy,
            RefusalCounter counter,
            WriteGate gate,
            Optional<AuditLog> audit,
            Clock clock) {
        Registry checked = Assembly.withFreeSpace(stored, settings.storage());
        Registry ruled = Assembly.ruled(checked, stored.meter(), settings, policy, counter, clock);
        Registry guarded = Assembly.guarded(ruled, settings, access, gate);
        return audit.<Registry>map(log -> new AuditedRegistry(guarded, log)).orElse(guarded);
    }

    @Bean
    RegistryApi api(
            @Qualifier("guarded") Registry guarded,
            RegistrySettings settings,
            AccessControl access,
            SharedDocuments documents) {
        PositionSealer sealer = Assembly.positionSealer(settings.http().secret(), documents);
        return Assembly.api(guarded, settings, access, sealer);
    }

    @Bean
    HandlerMapping routes(RegistryApi api) {
        return api.handlerMapping();
    }

    @Bean
    StoreHealthChecker storeHealthChecker(
            ObjectStore store, RegistrySettings settings, Clock clock) {
        return Assembly.healthChecker(store, settings, clock);
    }

    @Bean
    ReadinessProbeTracker readinessProbeTracker(Clock clock) {
        return new ReadinessProbeTracker(clock);
    }

    @Bean
    Drain drain(
            WebServerApplicationContext context,
            ServerSettings settings,
            ReadinessProbeTracker readiness,
            StoredRegistry stored) {
        return new Drain(context, settings, readiness::isProbed, stored::close);
    }

    @Bean
    HandlerMapping health(
            StoreHealthChecker checker,
            ObjectStore store,
            RegistrySettings settings,
            ReadinessProbeTracker readiness,
            Drain drain) {
        return Assembly.health(checker, store, settings, readiness, drain).handlerMapping();
    }

    /**
     * Answers 404 to requests outside the prefix, with an error of the protocol. Spring asks this
     * mapping last, as it has no order. None of the mappings may use path patterns: the dispatcher
     * would parse the path of every request, and fail on some.
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
    ServletRegistrationBean<ApiDispatcherServlet> dispatcher(WebApplicationContext context) {
        var registration = new ServletRegistrationBean<>(new ApiDispatcherServlet(context), "/");
        registration.setLoadOnStartup(1);
        return registration;
    }

    @Bean
    StartReport startReport(
            LoadedSettings loaded,
            ConnectionLimits limits,
            @Qualifier("guarded") Registry guarded) {
        return new StartReport(loaded, limits, guarded.isReadOnly());
    }
}
