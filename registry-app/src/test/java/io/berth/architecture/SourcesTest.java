package io.berth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the text of the project must be like. */
class SourcesTest {

    private static final int MAX_FILE_LINES = 400;
    private static final int MAX_TEST_FILE_LINES = 600;
    private static final int MAX_METHOD_LINES = 45;

    /** In parts, for this file is looked at, too. */
    private static final List<String> UNFINISHED = List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:");

    private static final List<String> PACKAGE_REGISTRIES =
            List.of(
                    "repo." + "maven.apache.org",
                    "repo1." + "maven.org",
                    "maven." + "org/maven2",
                    "registry." + "npmjs.org",
                    "npm" + "js.com",
                    "py" + "pi.org",
                    "python" + "hosted.org",
                    "proxy." + "golang.org",
                    "crates" + ".io",
                    "ruby" + "gems.org",
                    "packages." + "debian.org",
                    "deb." + "debian.org");

    @Test
    void filesAreShort() throws Exception {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Sources.main().toList()) {
            try (Stream<String> lines = Files.lines(file)) {
                long count = lines.count();
                if (count > MAX_FILE_LINES) {
                    tooLong.add(name(file) + ": " + count);
                }
            }
        }
        assertThat(tooLong)
                .as(
                        "files of more than %d lines; move one subject into a class of its own",
                        MAX_FILE_LINES)
                .isEmpty();
    }

    @Test
    void filesOfTestsAreShort() throws Exception {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Sources.test().toList()) {
            try (Stream<String> lines = Files.lines(file)) {
                long count = lines.count();
                if (count > MAX_TEST_FILE_LINES) {
                    tooLong.add(name(file) + ": " + count);
                }
            }
        }
        assertThat(tooLong)
                .as(
                        "files of more than %d lines; move the tests of one subject into a class"
                                + " of their own",
                        MAX_TEST_FILE_LINES)
                .isEmpty();
    }

    @Test
    void methodsAreShort() throws Exception {
        List<String> tooLong = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(Sources.main().toList()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new MethodLengths(unit, positions, tooLong).scan(unit, null);
            }
        }
        assertThat(tooLong)
                .as(
                        "methods of more than %d lines; move a step into a method with a name",
                        MAX_METHOD_LINES)
                .isEmpty();
    }

    /** Notes the methods that are too long, without what is said about them. */
    private static final class MethodLengths extends TreePathScanner<Object, Object> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> tooLong;

        MethodLengths(CompilationUnitTree unit, SourcePositions positions, List<String> tooLong) {
            this.unit = unit;
            this.positions = positions;
            this.tooLong = tooLong;
        }

        @Override
        public @Nullable Object visitMethod(MethodTree method, @Nullable Object nothing) {
            long lines = line(method, false) - line(method, true) + 1;
            if (lines > MAX_METHOD_LINES) {
                tooLong.add(name(unit) + " " + method.getName() + ": " + lines);
            }
            return super.visitMethod(method, null);
        }

        private long line(Tree tree, boolean first) {
            LineMap lines = unit.getLineMap();
            return lines.getLineNumber(
                    first
                            ? positions.getStartPosition(unit, tree)
                            : positions.getEndPosition(unit, tree));
        }

        private static String name(CompilationUnitTree unit) {
            return SourcesTest.name(Path.of(unit.getSourceFile().toUri()));
        }
    }

    @Test
    void nothingIsLeftToBeDone() throws Exception {
        assertThat(filesWith(UNFINISHED)).as("what is left to do belongs in the tracker").isEmpty();
    }

    @Test
    void packagesComeFromWhereverTheBuilderSays() throws Exception {
        assertThat(filesWith(PACKAGE_REGISTRIES))
                .as(
                        "hosts of packages; they belong in the settings of the person who builds,"
                                + " such as Maven's settings.xml")
                .isEmpty();
    }

    private static List<String> filesWith(List<String> texts) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Sources.all()) {
            // Every byte is a character of this one, so that no file is too strange to be read.
            String content = Files.readString(file, StandardCharsets.ISO_8859_1);
            texts.stream()
                    .filter(content::contains)
                    .forEach(text -> found.add(name(file) + ": " + text));
        }
        return found;
    }

    private static String name(Path file) {
        return Sources.ROOT.relativize(file).toString();
    }
}
