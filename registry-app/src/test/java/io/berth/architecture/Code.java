package io.berth.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The product's classes, without tests. */
final class Code {

    static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("io.berth");

    private Code() {}

    /** The classes of a module, whatever package they are in. */
    static DescribedPredicate<JavaClass> ofModule(String name) {
        return DescribedPredicate.describe(
                "are in the module " + name,
                type ->
                        type.getBaseComponentType()
                                .getSource()
                                .map(source -> source.getUri().toString().contains(name))
                                .orElse(false));
    }
}
