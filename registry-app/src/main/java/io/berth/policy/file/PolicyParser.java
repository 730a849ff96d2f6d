package io.berth.policy.file;

import io.berth.reload.UnusableFileException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.representer.Representer;

/** Reads a policy file, strictly: a name that does not exist is an error. */
final class PolicyParser {

    private static final int MAX_LEVELS = 20;
    private static final int MAX_SHOWN = 20;

    private PolicyParser() {}

    /**
     * Parses a file.
     *
     * @param path for messages
     * @throws UnusableFileException with everything that is wrong, a line for each, if there are
     *     several
     */
    static PolicyDocument parse(byte[] content, Path path) throws UnusableFileException {
        Node root = root(content);
        RecordReader reader = new RecordReader(String.valueOf(path.getFileName()));
        PolicyDocument document = reader.read(PolicyDocument.class, root, "");
        if (document == null || !reader.problems().isEmpty()) {
            throw new UnusableFileException(message(reader.problems()));
        }
        return document;
    }

    private static Node root(byte[] content) throws UnusableFileException {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(MAX_LEVELS);
        options.setCodePointLimit(PolicyFile.MAX_BYTES);
        DumperOptions unused = new DumperOptions();
        Yaml yaml =
                new Yaml(new SafeConstructor(options), new Representer(unused), unused, options);
        @Nullable Node root;
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            root = yaml.compose(new StringReader(text));
        } catch (CharacterCodingException e) {
            throw new UnusableFileException("is not a text in UTF-8");
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new UnusableFileException(
                    "is wrong in line %d: it is not YAML (%s)".formatted(line, e.getProblem()));
        } catch (YAMLException e) {
            throw new UnusableFileException("is not YAML (" + e.getMessage() + ")");
        }
        if (root == null) {
            throw new UnusableFileException(
                    "is empty: write a section such as access, or unset policy.file");
        }
        return root;
    }

    private static String message(List<Problem> problems) {
        if (problems.size() == 1) {
            return "is wrong in " + problems.getFirst();
        }
        String shown =
                problems.stream()
                        .sorted(Comparator.comparingInt(Problem::line))
                        .limit(MAX_SHOWN)
                        .map(problem -> "\n  " + problem)
                        .collect(Collectors.joining());
        int more = problems.size() - MAX_SHOWN;
        return "is wrong in %d places:%s%s"
                .formatted(problems.size(), shown, more > 0 ? "\n  and " + more + " more" : "");
    }
}
