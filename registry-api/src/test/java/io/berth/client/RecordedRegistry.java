package io.berth.client;

import io.berth.registry.Registry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A registry that tells a test of each operation that it is asked for, and then does it. */
public final class RecordedRegistry {

    private RecordedRegistry() {}

    /** Called in the thread of an operation, before it. */
    @FunctionalInterface
    public interface Recorder {
        void record(String method, Object[] arguments) throws Exception;
    }

    /** The same registry; questions that are asked at the start are recorded, too. */
    public static Registry of(Registry registry, Recorder recorder) {
        return (Registry)
                Proxy.newProxyInstance(
                        Registry.class.getClassLoader(),
                        new Class<?>[] {Registry.class},
                        (_, method, arguments) -> {
                            if (method.getDeclaringClass() != Object.class) {
                                recorder.record(method.getName(), arguments);
                            }
                            try {
                                return method.invoke(registry, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
