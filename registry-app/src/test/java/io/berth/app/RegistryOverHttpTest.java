package io.berth.app;

import io.berth.client.HttpRegistry;
import io.berth.object.disk.DiskStore;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import io.berth.storage.StoredRegistry;
import io.berth.storage.StoredRegistryOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of a registry holds for whoever talks to the application: through its server, on a
 * disk. One server does for all tests; behind it stands a new registry for each.
 */
class RegistryOverHttpTest extends RegistryContract {

    private static final AtomicReference<StoredRegistry> CURRENT = new AtomicReference<>();

    @TempDir static Path unused;

    @TempDir Path folder;

    private static TestServer server;
    private static Registry client;

    @BeforeAll
    static void start() {
        server =
                TestServer.on(
                        unused,
                        Map.of(),
                        (name, bean) -> name.equals("guarded") ? currentRegistry() : bean);
        client = new HttpRegistry(URI.create("http://127.0.0.1:" + server.port() + "/"));
    }

    private static Registry currentRegistry() {
        return (Registry)
                Proxy.newProxyInstance(
                        Registry.class.getClassLoader(),
                        new Class<?>[] {Registry.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("isReadOnly")) {
                                return false; // asked before there is one
                            }
                            try {
                                return method.invoke(CURRENT.get(), arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getTargetException();
                            }
                        });
    }

    @BeforeEach
    void begin() {
        CURRENT.set(
                new StoredRegistry(
                        new DiskStore(folder, StoredRegistry.TEMPORARY),
                        StoredRegistryOptions.defaults(),
                        Clock.systemUTC()));
    }

    @AfterEach
    void end() {
        CURRENT.get().close();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected boolean takesEveryOption() {
        return false;
    }

    @Override
    protected Registry registry() {
        return client;
    }
}
