package io.berth.http;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.message.EntityTags;
import io.berth.name.Digest;
import io.berth.name.Reference;
import io.berth.name.Tag;
import io.berth.registry.tag.TagCondition;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/**
 * The condition of a push of a manifest by tag (RFC 9110, section 13.1): {@code If-None-Match: *}
 * for a tag that must not exist, {@code If-Match} with one entity tag for the digest that it must
 * have. Everything else that these headers can say is refused rather than ignored: a client must
 * not take an unconditional push for a conditional one.
 */
final class PushCondition {

    private static final String IF_MATCH = "If-Match";
    private static final String IF_NONE_MATCH = "If-None-Match";

    private PushCondition() {}

    /**
     * @throws RegistryException REQUEST_INVALID when the headers say something else; DIGEST_INVALID
     *     when the entity tag is not a digest
     */
    static TagCondition of(Reference reference, HttpServletRequest request) {
        List<String> match = Collections.list(request.getHeaders(IF_MATCH));
        List<String> noneMatch = Collections.list(request.getHeaders(IF_NONE_MATCH));
        if (match.isEmpty() && noneMatch.isEmpty()) {
            return TagCondition.any();
        }
        if (!(reference instanceof Tag)) {
            throw refused("a push under a condition needs a tag in the path");
        }
        if (match.size() + noneMatch.size() > 1) {
            throw refused("a push can have one If-Match or one If-None-Match, not more");
        }
        if (match.isEmpty()) {
            if (!"*".equals(noneMatch.getFirst())) {
                throw refused("If-None-Match of a push must be *");
            }
            return TagCondition.ifAbsent();
        }
        return TagCondition.ifAt(
                EntityTags.strong(match.getFirst())
                        .map(Digest::of)
                        .orElseThrow(
                                () -> refused("If-Match of a push must be one digest in quotes")));
    }

    private static RegistryException refused(String why) {
        return new RegistryException(
                ErrorCode.REQUEST_INVALID, ErrorCode.REQUEST_INVALID.message(), why);
    }
}
