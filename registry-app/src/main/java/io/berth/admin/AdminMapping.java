package io.berth.admin;

import io.berth.access.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Finds the method of a controller for a request, after the caller is admitted. So an answer tells
 * nothing to those who may not ask, not even which paths there are.
 *
 * <p>What changes something has to be JSON. A web page of another site can make a browser send a
 * form or plain text together with the credentials that the browser remembers, but not this.
 */
final class AdminMapping extends RequestMappingHandlerMapping {

    /** Name of the request attribute with the caller. */
    static final String CALLER = "io.berth.admin.caller";

    /** Browsers ask before they send other methods for a page of another site. */
    private static final Set<String> NEED_JSON = Set.of("POST", "PUT", "PATCH");

    private final AdminAccess access;

    AdminMapping(AdminAccess access) {
        this.access = access;
        setDetectHandlerMethodsInAncestorContexts(true);
    }

    @Override
    protected @Nullable HandlerMethod getHandlerInternal(HttpServletRequest request)
            throws Exception {
        Caller caller = access.admission().apply(request);
        request.setAttribute(CALLER, caller);
        if (NEED_JSON.contains(request.getMethod())) {
            requireJson(request.getContentType());
        }
        return super.getHandlerInternal(request);
    }

    private static void requireJson(@Nullable String type)
            throws HttpMediaTypeNotSupportedException {
        try {
            if (type != null
                    && MediaType.APPLICATION_JSON.isCompatibleWith(
                            MediaType.parseMediaType(type))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            throw new HttpMediaTypeNotSupportedException(e.getMessage());
        }
        throw new HttpMediaTypeNotSupportedException(
                type == null ? null : MediaType.parseMediaType(type),
                List.of(MediaType.APPLICATION_JSON));
    }
}
