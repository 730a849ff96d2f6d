package io.berth.policy;

import io.berth.registry.ReferencePolicy;
import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What a manifest that is pushed must fulfil ({@code validation}). */
public record ValidationSettings(@DefaultValue Manifests manifests) {

    /**
     * @param references whether what a manifest refers to must be there
     */
    public record Manifests(
            @DefaultValue("strict") ReferencePolicy references, @DefaultValue Urls urls) {}

    /**
     * Which addresses the layers of a manifest may name, as regular expressions that are looked for
     * in them. Without any, every address may be named.
     *
     * @param allow one of them must be found; empty: none has to
     * @param deny none of them may be found
     */
    public record Urls(@DefaultValue({}) List<String> allow, @DefaultValue({}) List<String> deny) {

        public Urls {
            allow = List.copyOf(allow);
            deny = List.copyOf(deny);
            allow.forEach(expression -> requireExpression("allow", expression));
            deny.forEach(expression -> requireExpression("deny", expression));
        }

        /** Whether there is nothing to look at. */
        public boolean isEmpty() {
            return allow.isEmpty() && deny.isEmpty();
        }

        private static void requireExpression(String list, String expression) {
            boolean right = true;
            try {
                Pattern.compile(expression);
            } catch (PatternSyntaxException e) {
                right = false;
            }
            SettingChecks.require(
                    right,
                    "validation.manifests.urls." + list,
                    expression,
                    "a regular expression such as ^https://example\\.com/");
        }
    }
}
