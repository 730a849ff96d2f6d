package io.berth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import io.berth.access.CallerScope;
import io.berth.object.s3.bucket.S3Capabilities;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3SetupException;
import io.berth.storage.upload.SessionKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class BordersTest {

    /** A new package in a module is fenced without being named here. */
    private static final DescribedPredicate<JavaClass> STORAGE = Code.ofModule("/registry-storage");

    private static final DescribedPredicate<JavaClass> PROTOCOL = Code.ofModule("/registry-api");

    /** The records that features have for their settings. */
    private static final DescribedPredicate<JavaClass> SETTINGS =
            simpleNameEndingWith("Settings").and(assignableTo(Record.class));

    @Test
    void storageKnowsNoWeb() {
        noClasses()
                .that(STORAGE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "jakarta..",
                        "org.apache.catalina..",
                        "org.apache.coyote..",
                        "io.berth.http..",
                        "io.berth.server..",
                        "io.berth.health..",
                        "io.berth.config..",
                        "io.berth.maintenance..",
                        "io.berth.cli..",
                        "io.berth.app..")
                .because(
                        "a registry can be asked and kept without a server: a collector, an import"
                                + " or a test has none")
                .check(Code.CLASSES);
    }

    @Test
    void theProtocolKnowsNoStorage() {
        classes()
                .that(PROTOCOL)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.berth.http..",
                        "io.berth.access..",
                        "io.berth.name..",
                        "io.berth.setting..",
                        "io.berth.error..",
                        "io.berth.manifest..",
                        "io.berth.registry..",
                        "tools.jackson..",
                        "org.springframework..",
                        "jakarta.servlet..",
                        "org.slf4j..",
                        "org.jspecify..")
                .because("what the wire says must not depend on where bytes are kept")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerKnowsHowARegistryIsKept() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.storage..", "io.berth.app..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.berth.storage..").and(not(assignableTo(Enum.class))))
                .because("everybody else meets the registry at its contract")
                .check(Code.CLASSES);
    }

    @Test
    void theRoomsOfTheStorageAreEnteredThroughItsFacade() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.berth.storage..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.berth.storage.*..")
                                .and(not(assignableTo(Enum.class)))
                                .and(not(type(SessionKey.class))))
                .because("StoredRegistry and its options are what the storage shows to others")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheCommandLineStartsTheApplication() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.app..", "io.berth.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.berth.app..")
                .because("what needs something is given it; it does not ask where it is composed")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerKnowsStores() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.object..", "io.berth.app..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.berth.object.*..").and(not(assignableTo(Enum.class))))
                .because("every store must do, so nobody may count on one")
                .check(Code.CLASSES);
    }

    @Test
    void storesKnowNoRegistry() {
        noClasses()
                .that()
                .resideInAPackage("io.berth.object..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.berth.registry..",
                        "io.berth.manifest..",
                        "io.berth.storage..",
                        "io.berth.access..")
                .because(
                        "a store keeps bytes under keys; the words of registries, and who asks"
                                + " them, are not its own")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerStacksPolicies() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.policy..", "io.berth.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.berth.policy..")
                .because("the order of the layers is decided in one place")
                .check(Code.CLASSES);
    }

    @Test
    void theCloudIsBehindOneDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.berth.object.s3..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk..")
                .because("an SDK's types and failures are translated where they enter")
                .check(Code.CLASSES);
    }

    @Test
    void theRoomsOfTheS3StoreAreEnteredThroughItsFacade() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.berth.object.s3..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.berth.object.s3.*..")
                                .and(
                                        not(
                                                belongToAnyOf(
                                                        S3Options.class,
                                                        S3Capabilities.class,
                                                        S3SetupException.class))))
                .because(
                        "S3Store, its options, capabilities and setup exception are what the store"
                                + " shows to others")
                .check(Code.CLASSES);
    }

    @Test
    void healthIsToldByOthers() {
        classes()
                .that()
                .resideInAPackage("io.berth.health..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.berth.health..",
                        "io.berth.setting..",
                        "tools.jackson..",
                        "org.springframework..",
                        "jakarta.servlet..",
                        "org.slf4j..",
                        "org.jspecify..")
                .because("what is watched over must not matter to who watches")
                .check(Code.CLASSES);
    }

    @Test
    void settingsKnowOnlyTheWordsOfWhatTheySet() {
        classes()
                .that()
                .resideInAPackage("io.berth.config..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        "java..",
                                        "io.berth.config..",
                                        "io.berth.name..",
                                        "io.berth.setting..",
                                        "org.springframework..",
                                        "org.yaml.snakeyaml..",
                                        "org.jspecify..")
                                .or(assignableTo(Enum.class))
                                .or(SETTINGS))
                .because(
                        "a feature has its settings in a record of its own; here they are composed"
                                + " and bound, and nothing else of a feature matters")
                .check(Code.CLASSES);
    }

    @Test
    void whoAsksIsAValue() {
        classes()
                .that()
                .resideInAPackage("io.berth.access..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "io.berth.access..", "io.berth.name..", "org.jspecify..")
                .because("everything may ask who asks, so that may not depend on anything else")
                .check(Code.CLASSES);
    }

    @Test
    void callersAreBoundWhereWorkBegins() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.berth.access..",
                        "io.berth.http..",
                        "io.berth.concurrent..",
                        "io.berth.maintenance..")
                .should()
                .dependOnClassesThat(type(CallerScope.class))
                .because(
                        "the web layer knows who asks, workers pass it on, and schedules are the"
                                + " registry's own; all others read Caller.current()")
                .check(Code.CLASSES);
    }

    @Test
    void onlyWorkersStartThreadsForARequest() {
        noClasses()
                .that(STORAGE.or(PROTOCOL))
                .and()
                .resideOutsideOfPackages("io.berth.concurrent..", "io.berth.object..")
                .should()
                .callMethodWhere(
                        target(owner(assignableTo(Thread.class)))
                                .and(target(nameMatching("start.*|of(Virtual|Platform)"))))
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .dependOnClassesThat(
                        assignableTo(Executor.class)
                                .or(belongToAnyOf(Executors.class, CompletableFuture.class)))
                .because("a thread of io.berth.concurrent knows the caller that it works for")
                .check(Code.CLASSES);
    }

    @Test
    void packagesDoNotGoInCircles() {
        slices().matching("io.berth.(**)")
                .should()
                .beFreeOfCycles()
                .because("a circle of packages is one large package")
                .check(Code.CLASSES);
    }
}
