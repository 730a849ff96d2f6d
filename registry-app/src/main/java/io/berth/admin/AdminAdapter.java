package io.berth.admin;

import io.berth.access.Caller;
import io.berth.access.CallerScope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.support.ConfigurableWebBindingInitializer;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/** Calls methods of controllers as the caller that was admitted. */
final class AdminAdapter extends RequestMappingHandlerAdapter {

    AdminAdapter(ConversionService conversion, List<HttpMessageConverter<?>> converters) {
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
        return CallerScope.call(caller, () -> super.handleInternal(request, response, method));
    }
}
