package io.berth.app;

import io.berth.server.TomcatServer;
import io.berth.settings.HttpSettings;
import io.berth.settings.RegistrySettings;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Everything that runs in the server. Nothing is switched on by being there: what is not named here
 * is not part of it, so no filter stands before the protocol, and nobody but its controllers reads
 * a body.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties(RegistrySettings.class)
@Import(TomcatServer.class)
class RegistryApplication {

    @Bean
    HttpSettings httpSettings(RegistrySettings settings) {
        return settings.http();
    }

    @Bean
    ServletRegistrationBean<DispatcherServlet> dispatcher(WebApplicationContext context) {
        ServletRegistrationBean<DispatcherServlet> registration =
                new ServletRegistrationBean<>(new DispatcherServlet(context), "/");
        registration.setLoadOnStartup(1);
        return registration;
    }
}
