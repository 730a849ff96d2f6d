package io.berth.admin;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import io.berth.audit.AuditEvent;
import io.berth.audit.AuditEvent.Outcome;
import io.berth.audit.AuditLog;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.support.ConfigurableWebBindingInitializer;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Calls methods of controllers as the caller that was admitted, and writes down what may have
 * changed something.
 */
final class AdminAdapter extends RequestMappingHandlerAdapter {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final Optional<AuditLog> audit;

    AdminAdapter(
            ConversionService conversion,
            List<HttpMessageConverter<?>> converters,
            Optional<AuditLog> audit) {
        this.audit = audit;
        ConfigurableWebBindingInitializer binding = new ConfigurableWebBindingInitializer();
        binding.setConversionService(conversion);
        setWebBindingInitializer(binding);
        setMessageConverters(converters);
        setRequestBodyAdvice(List.of(new BodyLimit()));
    }

    @Override
    protected @Nullable ModelAndView handleInternal(
            HttpServletRequest request, HttpServletResponse response, HandlerMethod method)
            throws Exception {
        Caller caller = (Caller) Objects.requireNonNull(request.getAttribute(AdminMapping.CALLER));
        response.setHeader("Cache-Control", "no-store");
        String change = request.getMethod() + " " + request.getRequestURI();
        boolean done = false;
        try {
            ModelAndView view =
                    CallerScope.call(caller, () -> super.handleInternal(request, response, method));
            done = true;
            return view;
        } finally {
            if (!READING.contains(request.getMethod())) {
                write(caller, done ? Outcome.DONE : Outcome.FAILED, change);
            }
        }
    }

    private void write(Caller caller, Outcome outcome, String change) {
        audit.ifPresent(log -> log.write(AuditEvent.of("administration", outcome, caller, change)));
    }
}
