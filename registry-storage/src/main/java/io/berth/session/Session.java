package io.berth.session;

import io.berth.name.RepositoryName;
import io.berth.name.UploadId;
import java.time.Instant;

/**
 * An upload session that has bytes. Immutable.
 *
 * @param began when it began; for an id that does not say so, when its oldest bytes were stored
 * @param storedBytes bytes that the store holds for it: those of a part that is still on its way
 *     are missing, and with S3 some may count twice
 */
public record Session(RepositoryName repository, UploadId id, Instant began, long storedBytes) {}
