package io.berth.app;

import io.berth.cli.BerthApplication;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The application in a process of its own, with the launcher's flags and the least heap that it is
 * meant for. It ends where the heap is not enough.
 */
final class ServerProcess implements AutoCloseable {

    private static final long STARTS_WITHIN_SECONDS = 90;

    private final Process process;
    private final Path log;
    private final int port;

    private ServerProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * @param folder its data
     * @param log what it says goes there
     * @param settings by the names of their variables
     */
    static ServerProcess start(Path folder, Path log, Map<String, String> settings)
            throws Exception {
        return start(BerthApplication.class, folder, log, settings);
    }

    static ServerProcess start(Class<?> main, Path folder, Path log, Map<String, String> settings)
            throws Exception {
        return begin(main, folder, log, settings).awaited();
    }

    /**
     * @param files that it may have open
     */
    static ServerProcess startWithFiles(int files, Path folder, Path log) throws Exception {
        List<String> limited = List.of("sh", "-c", "ulimit -n " + files + " && exec \"$@\"", "sh");
        return begin(limited, BerthApplication.class, folder, log, Map.of()).awaited();
    }

    /** Returns at once, before it serves. */
    static ServerProcess begin(Class<?> main, Path folder, Path log, Map<String, String> settings)
            throws IOException {
        return begin(List.of(), main, folder, log, settings);
    }

    private static ServerProcess begin(
            List<String> launcher,
            Class<?> main,
            Path folder,
            Path log,
            Map<String, String> settings)
            throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(launcher);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + (MemoryBudget.LEAST_HEAP_BYTES >> 20) + "m",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        "serve"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("REGISTRY_HTTP_ADDR", "127.0.0.1:" + port);
        builder.environment().put("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", folder.toString());
        builder.environment().putAll(settings);
        return new ServerProcess(builder.start(), log, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private ServerProcess awaited() throws InterruptedException {
        try {
            awaitAnswer();
            return this;
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private void awaitAnswer() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STARTS_WITHIN_SECONDS);
        while (!answers()) {
            if (!isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("did not come up: " + said());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean answers() {
        try (InputStream in = address("/v2/").toURL().openStream()) {
            return in.readAllBytes().length > 0;
        } catch (IOException e) {
            return false;
        }
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Tells it to stop.
     *
     * @return whether it has ended by then
     */
    boolean stop(Duration within) throws InterruptedException {
        process.destroy();
        return process.waitFor(within);
    }

    /** All that it has said. */
    String said() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
