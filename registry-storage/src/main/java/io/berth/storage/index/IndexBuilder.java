package io.berth.storage.index;

import io.berth.concurrent.BackgroundTasks;
import io.berth.concurrent.ParallelTasks;
import io.berth.name.RepositoryName;
import io.berth.name.Tag;
import io.berth.storage.manifest.Manifests;
import io.berth.storage.tag.Tags;

/**
 * Builds the indexes of a repository from the tree. Concurrent pushes add their entries before they
 * become visible, so nothing is missed. Safe for use by many threads.
 *
 * <p>A tree that became exclusive later may have repositories without an index. A request that has
 * to search such a repository starts to build its index, for later requests.
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

    /** Builds the indexes now. Leaves out damaged manifests, whose subject is not known. */
    public void build(RepositoryName repository) {
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

    /** Builds the indexes in the background, unless they are complete; not in a shared tree. */
    public void buildInBackground(RepositoryName repository) {
        if (state.isKept()) {
            background.run(repository, repository.toString(), () -> build(repository));
        }
    }
}
