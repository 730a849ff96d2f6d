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

/** Parses YAML with all scalars as texts, so that {@code on} does not become a boolean. */
final class YamlText {

    /**
     * The text is not YAML. Has no cause: the parser's exception quotes the text, which may be a
     * secret.
     */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;
    }

    /** The most levels of nested maps and lists. */
    static final int MAX_LEVELS = 50;

    /** The limit of the text, in Unicode code points; a variable of Linux has fewer. */
    private static final int MAX_LENGTH = 1024 * 1024;

    private YamlText() {}

    /**
     * Parses a text.
     *
     * @return a {@code String}, or a {@code Map} or {@code List} of these types; {@code null} when
     *     the text is empty. Keys may be {@code null}
     * @throws Malformed also for aliases of maps and lists, and for what is nested deeper or longer
     *     than the limits allow
     */
    static @Nullable Object read(String text) throws Malformed {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        // A few aliases can take any amount of memory, or make a map that contains itself.
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
