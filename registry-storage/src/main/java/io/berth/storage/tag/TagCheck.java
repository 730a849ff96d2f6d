package io.berth.storage.tag;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.name.Digest;
import io.berth.name.Tag;
import io.berth.registry.PutOptions;
import io.berth.registry.tag.TagCondition;
import io.berth.registry.tag.TagProtection;
import io.berth.storage.tree.LinkFiles.Found;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must hold for a tag so that a push may point it at its manifest: the condition of the push,
 * and no rule that keeps the tag where it is. Immutable.
 *
 * @param pushed the digest of the manifest
 */
public record TagCheck(TagCondition condition, TagProtection protection, Digest pushed) {

    public static TagCheck of(PutOptions options, Digest pushed) {
        return new TagCheck(options.condition(), options.protection(), pushed);
    }

    /** Whether the tag has to be read before it is written. */
    public boolean isNeeded(Tag tag) {
        return !(condition instanceof TagCondition.Any) || protection.covers(tag);
    }

    /** Whether the condition requires that the tag already points at the pushed manifest. */
    public boolean keepsTags() {
        return condition.equals(TagCondition.ifAt(pushed));
    }

    /**
     * @throws RegistryException TAG_CONDITION_FAILED when the condition does not hold; otherwise
     *     the error of the protection when the tag must not be moved
     */
    public void require(Tag tag, Found found) {
        refusal(tag, found)
                .ifPresent(
                        refusal -> {
                            throw refusal;
                        });
    }

    /** Whether the tag may be written. */
    boolean holds(Tag tag, Found found) {
        return refusal(tag, found).isEmpty();
    }

    private Optional<RegistryException> refusal(Tag tag, Found found) {
        if (!condition.holds(found.target())) {
            return Optional.of(conditionFailed(tag, found));
        }
        if (!protection.covers(tag)) {
            return Optional.empty();
        }
        return found.target()
                .filter(present -> !present.equals(pushed))
                .flatMap(present -> protection.refusal(tag, present, found.written()))
                .map(error -> new RegistryException(List.of(error), null));
    }

    private static RegistryException conditionFailed(Tag tag, Found found) {
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("tag", tag.value());
        found.target().ifPresent(present -> detail.put("digest", present.toString()));
        return new RegistryException(
                ErrorCode.TAG_CONDITION_FAILED, ErrorCode.TAG_CONDITION_FAILED.message(), detail);
    }
}
