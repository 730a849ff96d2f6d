package io.berth.http;

import io.berth.registry.Registry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A registry of which one method does something else. */
public final class Intercepted {

    private Intercepted() {}

    /** What is done instead; gets the arguments. */
    @FunctionalInterface
    public interface Instead {
        Object call(Object[] arguments) throws Throwable;
    }

    public static Registry registry(Registry registry, String method, Instead instead) {
        return (Registry)
                Proxy.newProxyInstance(
                        Registry.class.getClassLoader(),
                        new Class<?>[] {Registry.class},
                        (_, called, arguments) -> {
                            if (called.getName().equals(method)) {
                                return instead.call(arguments);
                            }
                            try {
                                return called.invoke(registry, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
