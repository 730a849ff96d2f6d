package io.berth.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.berth.audit.AuditLog;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.http.converter.ByteArrayHttpMessageConverter;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts of a dispatcher for controllers, under the names by which it looks for them. Made by
 * hand: what {@code @EnableWebMvc} makes besides is not needed here.
 */
@Configuration(proxyBeanMethods = false)
class AdminWeb {

    /** Refuses members that are not known, so that a wrong letter is noticed. */
    private static JsonMapper.Builder json() {
        return JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .changeDefaultPropertyInclusion(
                        included -> included.withValueInclusion(JsonInclude.Include.NON_NULL));
    }

    /** JSON, and documents that are ready to be sent. */
    private static List<HttpMessageConverter<?>> converters() {
        return List.of(
                new ByteArrayHttpMessageConverter(), new JacksonJsonHttpMessageConverter(json()));
    }

    @Bean
    AdminMapping handlerMapping(@Qualifier("access") AdminAccess access) {
        return new AdminMapping(access);
    }

    @Bean
    AdminAdapter handlerAdapter(Optional<AuditLog> audit) {
        return new AdminAdapter(new DefaultConversionService(), converters(), audit);
    }

    @Bean
    ExceptionHandlerExceptionResolver handlerExceptionResolver() {
        ExceptionHandlerExceptionResolver resolver = new ExceptionHandlerExceptionResolver();
        resolver.setMessageConverters(converters());
        return resolver;
    }

    @Bean
    AdminErrors errors() {
        return new AdminErrors();
    }
}
