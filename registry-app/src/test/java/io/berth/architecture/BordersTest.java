package io.berth.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
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
import io.berth.registry.ForwardingRegistry;
import io.berth.storage.index.OwnershipMode;
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

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.berth..");

    /** The records that features have for their settings. */
    private static final DescribedPredicate<JavaClass> SETTINGS =
            simpleNameEndingWith("Settings").and(assignableTo(Record.class));

    @Test
    void storageKnowsNoWeb() {
        classes()
                .that(STORAGE)
                .should()
                .onlyDependOnClassesThat(
                        STORAGE.or(
                                resideInAnyPackage(
                                        "java..",
                                        "javax.crypto..",
                                        "javax.net.ssl..",
                                        "com.github.benmanes.caffeine..",
                                        "tools.jackson..",
                                        "software.amazon.awssdk..",
                                        "org.apache.hc..",
                                        "org.slf4j..",
                                        "org.jspecify..")))
                .because(
                        "a collector, an import or a test asks a registry without a server; what"
                                + " needs HTTP belongs in registry-api, and what needs Spring Boot"
                                + " in registry-app")
                .check(Code.CLASSES);
    }

    @Test
    void theProtocolKnowsNoStorage() {
        classes()
                .that(PROTOCOL)
                .should()
                .onlyDependOnClassesThat(
                        PROTOCOL.or(
                                resideInAnyPackage(
                                        "java..",
                                        "javax.crypto..",
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
                                        "org.jspecify..")))
                .because(
                        "an answer must not depend on where bytes are kept; what the protocol needs"
                                + " to know of the storage belongs in io.berth.registry, as a"
                                + " method or a value")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerKnowsHowARegistryIsKept() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.berth.storage..", "io.berth.app..", "io.berth.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.berth.storage..")
                .because(
                        "all others use the contract in io.berth.registry; a registry is put"
                                + " together in io.berth.app, and given to them")
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
                                .and(not(belongToAnyOf(OwnershipMode.class, SessionKey.class))))
                .because(
                        "StoredRegistry and its options are what the storage shows to others; what"
                                + " they need besides belongs in one of these two, or in"
                                + " io.berth.registry")
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
                .because(
                        "io.berth.app makes the parts and gives each what it needs; a type that a"
                                + " part needs belongs in the package of its feature")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerKnowsStores() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.object..", "io.berth.app..", "io.berth.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.berth.object.*..")
                .because(
                        "a registry works on every store; what others need of a store belongs in"
                                + " the contract in io.berth.object, and what only one store has is"
                                + " set up in io.berth.app")
                .check(Code.CLASSES);
    }

    @Test
    void storesKnowNoRegistry() {
        noClasses()
                .that()
                .resideInAPackage("io.berth.object..")
                .should()
                .dependOnClassesThat(
                        OURS.and(
                                resideOutsideOfPackages(
                                        "io.berth.object..",
                                        "io.berth.concurrent..",
                                        "io.berth.name..",
                                        "io.berth.setting..")))
                .because(
                        "a store keeps bytes under keys; what knows repositories, tags, manifests"
                                + " or callers belongs in io.berth.storage")
                .check(Code.CLASSES);
    }

    @Test
    void onlyTheAssemblerStacksPolicies() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.berth.policy..", "io.berth.app..", "io.berth.config..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.berth.policy..")
                                .and(assignableTo(ForwardingRegistry.class)))
                .because(
                        "Assembly in io.berth.app decides the order of all policies; what others"
                                + " need of a policy belongs in io.berth.registry")
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
                .because(
                        "the S3 store translates the types and failures of the SDK; what others"
                                + " need of S3 belongs in the contract in io.berth.object, or in"
                                + " S3Options")
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
                                                        S3SetupException.class)))
                                .and(not(SETTINGS)))
                .because(
                        "S3Store, its settings, options, capabilities and setup exception are what"
                                + " the store shows to others; what they need besides belongs in"
                                + " one of these")
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
                .because(
                        "health calls the check that it is given; what asks a store or a registry"
                                + " belongs in io.berth.app, which passes it as a Runnable")
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
                                        "io.berth.setting..",
                                        "org.springframework..",
                                        "org.yaml.snakeyaml..",
                                        "org.jspecify..")
                                .or(type(OwnershipMode.class))
                                .or(SETTINGS))
                .because(
                        "here settings are only composed and bound; the record of a feature's"
                                + " settings, and what follows from them, belong in the package of"
                                + " the feature")
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
                .because(
                        "every package may ask for the caller, so this one depends on names alone;"
                                + " what decides by more than the caller belongs in"
                                + " io.berth.policy")
                .check(Code.CLASSES);
    }

    @Test
    void callersAreBoundWhereWorkBegins() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.berth.access..",
                        "io.berth.http..",
                        "io.berth.admin..",
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
                .because(
                        "only threads of io.berth.concurrent know the caller that they work for;"
                                + " use its ParallelTasks, TaskGroup or BackgroundTasks, or add"
                                + " there what is missing")
                .check(Code.CLASSES);
    }

    /**
     * Two classes of different packages that depend on each other make a cycle of these packages.
     * There is no rule about cycles of classes besides this one.
     */
    @Test
    void packagesDoNotGoInCircles() {
        slices().matching("io.berth.(**)")
                .should()
                .beFreeOfCycles()
                .because(
                        "packages in a cycle are one large package; what two of them need belongs"
                                + " in the lower one, or is passed to it by the upper one")
                .check(Code.CLASSES);
    }
}
