package io.berth.storage.index;

import io.berth.concurrent.BackgroundTasks;
import io.berth.concurrent.ParallelTasks;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.tag.Tags;

/**
 * Builds the indexes of a repository from the tree. Pushes meanwhile add their own entries before
 * they become visible, so nothing is missed.
 *
 * <p>A tree that became exclusive later may hold repositories without an index: a request that has
 * to search one has its index built for the next request.
 */
public final class IndexBuilder {

    private final Manifests manifests;
    private final Tags tags;
    private final ReverseTagIndex tagIndex;
    private final Referrers referrers;
    private final IndexCompleteness state;
    private final BackgroundTasks background;
    private final ParallelTasks workers;

    public IndexBuilder(
            Manifests manifests,
            Tags tags,
            ReverseTagIndex tagIndex,
            Referrers referrers,
            IndexCompleteness state,
            BackgroundTasks background,
            ParallelTasks workers) {
        this.manifests = manifests;
        this.tags = tags;
        this.tagIndex = tagIndex;
        this.referrers = referrers;
        this.state = state;
        this.background = background;
        this.workers = workers;
    }

    /** What a damaged manifest is about is not known; it is left out. */
    public void run(RepositoryName repository) {
        if (!state.isKept() || state.knowsAll(repository)) {
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
    public void later(RepositoryName repository) {
        if (state.isKept()) {
            background.run(repository, repository.toString(), () -> run(repository));
        }
    }
}
