package io.berth.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.berth.registry.Registry;
import io.berth.registry.Upload;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A layer answers every question itself or passes it on. A method with a default body would go
 * around it unseen the day it is added to a contract.
 */
class DecoratorsTest {

    private static final List<Class<?>> CONTRACTS = List.of(Registry.class, Upload.class);

    /** Every class that implements one of the contracts, in whatever package. */
    static Set<Class<?>> decorators() {
        return Code.CLASSES.stream()
                .filter(type -> !type.isInterface())
                .map(JavaClass::reflect)
                .filter(type -> contracts(type).findAny().isPresent())
                .collect(Collectors.toSet());
    }

    private static Stream<Class<?>> contracts(Class<?> type) {
        return CONTRACTS.stream().filter(contract -> contract.isAssignableFrom(type));
    }

    @Test
    void areFound() {
        assertThat(decorators())
                .extracting(Class::getSimpleName)
                .contains("ReadOnlyRegistry", "DeleteDisabledRegistry", "ReadOnlyUpload");
    }

    @ParameterizedTest
    @MethodSource("decorators")
    void coverTheirContract(Class<?> decorator) {
        List<Method> uncovered =
                contracts(decorator)
                        .flatMap(contract -> Stream.of(contract.getMethods()))
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .filter(method -> !isCovered(decorator, method))
                        .toList();

        assertThat(uncovered)
                .as(
                        "%s leaves these to the contract; a decorator gets them from the base class"
                                + " in io.berth.registry, which forwards them",
                        decorator)
                .isEmpty();
    }

    private static boolean isCovered(Class<?> decorator, Method method) {
        for (Class<?> type = decorator; type != null; type = type.getSuperclass()) {
            if (Stream.of(type.getDeclaredMethods()).anyMatch(own -> overrides(own, method))) {
                return true;
            }
        }
        return false;
    }

    private static boolean overrides(Method own, Method method) {
        return own.getName().equals(method.getName())
                && Arrays.equals(own.getParameterTypes(), method.getParameterTypes());
    }
}
