package io.berth.stored;

import io.berth.name.RepositoryName;
import io.berth.name.Tag;

/**
 * Builds the indexes of a repository from the tree. Pushes meanwhile add their own entries before
 * they become visible, so nothing is missed.
 *
 * <p>An exclusive tree may hold repositories from before it was: whoever had to search one for want
 * of an index has it built for the next one who asks.
 */
final class Indexing {

    private final Manifests manifests;
    private final Tags tags;
    private final TagIndex tagIndex;
    private final Referrers referrers;
    private final IndexState state;
    private final Background background;
    private final Parallel workers;

    Indexing(
            Manifests manifests,
            Tags tags,
            TagIndex tagIndex,
            Referrers referrers,
            IndexState state,
            Background background,
            Parallel workers) {
        this.manifests = manifests;
        this.tags = tags;
        this.tagIndex = tagIndex;
        this.referrers = referrers;
        this.state = state;
        this.background = background;
        this.workers = workers;
    }

    /** What a damaged manifest is about is not known; it is left out. */
    void run(RepositoryName repository) {
        if (!state.isKept() || state.isComplete(repository)) {
            return;
        }
        workers.forEachOrThrow(
                background.whileOpen(tags.folders(repository)),
                name -> {
                    Tag tag = Tag.of(name);
                    tags.resolve(repository, tag)
                            .ifPresent(digest -> tagIndex.add(repository, digest, tag));
                });
        workers.forEachOrThrow(
                background.whileOpen(referrers.revisions(repository)),
                digest ->
                        manifests
                                .findIntact(repository, digest)
                                .ifPresent(manifest -> referrers.add(repository, manifest)));
        state.markComplete(repository);
    }

    /** Has the indexes built in the background, where they are kept and not complete. */
    void later(RepositoryName repository) {
        if (state.isKept()) {
            background.run(repository, repository.toString(), () -> run(repository));
        }
    }
}
