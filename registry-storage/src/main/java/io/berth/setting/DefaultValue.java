package io.berth.setting;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The default of a setting, which is a component of a record. A component without this annotation
 * is {@code null} where it is not set, and a list or a map is empty.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface DefaultValue {

    /**
     * The text from which the value is made, as an administrator would write it; for a list, one
     * text for each element; nothing for a record, whose components have defaults of their own.
     */
    String[] value() default {};
}
