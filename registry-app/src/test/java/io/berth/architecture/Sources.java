package io.berth.architecture;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of this project. */
final class Sources {

    /** The folder of the whole project; tests run in that of their module. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** Made by builds, tools and the registry itself. */
    private static final Set<String> NOT_OURS =
            Set.of(".git", "target", "data", ".idea", ".vscode");

    private Sources() {}

    /** Every file that belongs to the project. */
    static List<Path> all() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return NOT_OURS.contains(folder.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (!file.getFileName().toString().equals(".git")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }

    /** Java that is part of the product. */
    static Stream<Path> main() throws IOException {
        return all().stream()
                .filter(file -> file.toString().contains("/src/main/java/"))
                .filter(file -> file.toString().endsWith(".java"));
    }

    /** Java that tests it. */
    static Stream<Path> test() throws IOException {
        return all().stream()
                .filter(file -> file.toString().contains("/src/test/java/"))
                .filter(file -> file.toString().endsWith(".java"));
    }
}
