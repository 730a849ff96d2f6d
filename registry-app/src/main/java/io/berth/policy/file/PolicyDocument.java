package io.berth.policy.file;

import io.berth.policy.access.AccessSection;
import org.jspecify.annotations.Nullable;

/**
 * What the policy file says: a component for each section, {@code null} where the file has none. A
 * new section is a component more; its record is read as {@link RecordReader} explains. Immutable.
 *
 * @param access who may do what; {@code null}: as without a policy file
 */
public record PolicyDocument(@Nullable AccessSection access) {

    /** Without any section, as where there is no policy file. */
    public static final PolicyDocument EMPTY = new PolicyDocument(null);
}
