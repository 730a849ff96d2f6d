package io.berth.name;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import java.util.UUID;

/**
 * The id of an upload session: a UUID, as proxies and other registries expect. The registry that
 * opens a session makes an id that cannot be guessed.
 */
public record UploadId(UUID value) {

    /**
     * @throws RegistryException BLOB_UPLOAD_UNKNOWN when this is no UUID
     */
    public static UploadId of(String text) {
        if (text.length() == 36) {
            try {
                UUID uuid = UUID.fromString(text);
                if (uuid.toString().equals(text)) {
                    return new UploadId(uuid);
                }
            } catch (IllegalArgumentException e) {
                // falls through: not the canonical form of a UUID
            }
        }
        throw new RegistryException(ErrorCode.BLOB_UPLOAD_UNKNOWN);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
