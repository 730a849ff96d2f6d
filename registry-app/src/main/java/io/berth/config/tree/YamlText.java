package io.berth.config.tree;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Texts read as YAML, whose only values are texts: no {@code on} becomes a truth value. */
final class YamlText {

    /** The text is not YAML. Has no cause, for a cause would quote the text, perhaps a secret. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;
    }

    /** Of maps and lists in each other. */
    static final int MAX_LEVELS = 50;

    /** Unicode code points; a variable of Linux has fewer. */
    private static final int MAX_LENGTH = 1024 * 1024;

    private YamlText() {}

    /**
     * A {@code String}, a {@code Map} or a {@code List} of the same; {@code null}: nothing. Keys
     * may be {@code null}. Aliases of maps and lists are refused, and what is nested or longer than
     * the limits allow.
     */
    static @Nullable Object read(String text) throws Malformed {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        // A few of them can stand for any amount of memory, or for a map that holds itself.
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(MAX_LEVELS);
        options.setCodePointLimit(MAX_LENGTH);
        DumperOptions unused = new DumperOptions();
        Yaml yaml =
                new Yaml(
                        new SafeConstructor(options),
                        new Representer(unused),
                        unused,
                        options,
                        new OnlyNull());
        try {
            return yaml.load(text);
        } catch (YAMLException e) {
            throw new Malformed();
        }
    }

    private static final class OnlyNull extends Resolver {

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
