package io.berth.object.disk;

import io.berth.name.ByteRange;
import io.berth.object.Condition;
import io.berth.object.Durability;
import io.berth.object.ListRequest;
import io.berth.object.Listing;
import io.berth.object.LocalFiles;
import io.berth.object.ObjectContent;
import io.berth.object.ObjectInfo;
import io.berth.object.ObjectKey;
import io.berth.object.ObjectStore;
import io.berth.object.ObjectStoreException;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.StoppedWhileWaitingException;
import io.berth.object.Version;
import io.berth.object.disk.file.FileErrors;
import io.berth.object.disk.file.SystemCalls;
import io.berth.object.disk.folder.FolderNameCache;
import io.berth.object.disk.lock.FolderInUseException;
import io.berth.object.disk.lock.FolderLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects as files of a local folder: the key is the path below the root, so any registry that
 * keeps the same keys can use the same folder.
 *
 * <p><b>Writing.</b> Bytes go to a temporary file, which is renamed to its key when it is complete;
 * a hint without bytes is created under its key at once. Syncs for each {@link Durability}:
 *
 * <table>
 * <caption>Syncs per write, the only ones this store makes</caption>
 * <tr><td>{@code DURABLE}</td><td>the file (fdatasync) before the rename, its folder (fsync) after
 * it</td></tr>
 * <tr><td>{@code WHOLE}</td><td>the file before the rename</td></tr>
 * <tr><td>{@code HINT}</td><td>none</td></tr>
 * </table>
 *
 * <p>One sync of a folder suffices for all folders and names made before it, because the file
 * systems this store is meant for (ext4, XFS) write their changes to an ordered journal. Removing
 * is never synced: after a loss of power a removed object may exist again. (See
 * docs/decisions/0007-durability-on-disk.md.)
 *
 * <p><b>Several processes</b> on one folder see all or nothing of each write, and {@link
 * Condition.IfAbsent} holds between them where the file system has hard links; {@link
 * Condition.IfContent} holds among the threads of one process, and so do staged bytes. {@link
 * #open} therefore locks the folder against other processes that open it in the same way.
 *
 * <p><b>The sentinel</b> is checked (one stat) before an object is reported as absent, before a
 * write begins, before its rename, and before an object is removed. The result of a check is not
 * reused. At the same times, but once a second at the most, a store of {@link #open} checks whether
 * its lock file is still the one that it locked. When it is not, all these throw {@link
 * Unavailable} until the store is opened again: another process may have written.
 *
 * <p>A {@link Version} is the file's inode, time and length. Two writes have the same only if they
 * come within one tick of the file system's clock, some milliseconds, and the second reuses the
 * inode of the first. {@link Condition.IfUnchanged} holds where {@link Condition.IfContent} holds.
 *
 * <p>All of the folder is on one file system. Symbolic links in it are followed, and removed only
 * where one is the object itself. Files that cannot be keys and temporary files of other registries
 * are not seen. What is in the way of a write is removed if it holds nothing: an empty file where a
 * folder must be, an empty folder where a file must be. Otherwise the write fails, and the cause of
 * the {@link Unavailable} names what is in the way.
 *
 * <p><b>Small files</b> that are read again and again, such as links, are kept in memory. One stat
 * shows whether such a file has changed, so what other processes write is seen at once ({@link
 * SmallFileCache}). On network file systems, where the result of a stat may be out of date, each is
 * read every time.
 *
 * <p>Memory: no buffers; the constructor sets how much the names of large folders and the small
 * files take. Safe for several threads.
 */
public final class DiskStore implements ObjectStore, LocalFiles, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskStore.class);

    /** Default, in bytes: enough for folders of half a million names. */
    private static final long NAME_BYTES = 64L << 20;

    /** Default, in bytes: enough for some thousand links. */
    private static final long SMALL_FILE_BYTES = 2L << 20;

    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE);

    private final SystemCalls calls;
    private final FileTree tree;
    private final TemporaryFiles temporaryFiles;
    private final Publisher publisher;
    private final FolderNameCache folderNames;
    private final DiskReader reader;
    private final Sentinel sentinel;
    private final boolean distinguishesCase;
    private final @Nullable FolderLock lock;

    /**
     * Opens the folder as the constructor does, and locks it against other processes until {@link
     * #close}.
     *
     * @param nameBytes as of the constructor
     * @param smallFileBytes as of the constructor
     * @param lock the file to lock, as a key; no object can have this key
     * @throws FolderInUseException when another process still holds the lock after {@link
     *     DiskSettings#lockWait}
     * @throws StoppedWhileWaitingException when this process is told to stop while it waits
     * @throws UncheckedIOException when files cannot be written there; its message says where
     */
    public static DiskStore open(
            DiskSettings settings,
            ObjectKey temporary,
            long nameBytes,
            long smallFileBytes,
            ObjectKey lock) {
        Path root = settings.rootDirectory();
        Duration timeout = settings.lockWait().duration();
        FolderLock held;
        try {
            Path file = root.resolve(lock.value());
            Files.createDirectories(file.getParent());
            held = FolderLock.acquire(root, file, timeout, new SystemCalls());
        } catch (IOException e) {
            throw FileErrors.opening(root, e);
        }
        try {
            return new DiskStore(
                    root, temporary, nameBytes, smallFileBytes, new SystemCalls(), held);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    /** Opens the folder with the default amounts of memory. */
    public DiskStore(Path root, ObjectKey temporary) {
        this(root, temporary, NAME_BYTES, SMALL_FILE_BYTES);
    }

    /**
     * Opens the folder, creates it when it is missing, and removes temporary files that are older
     * than a day.
     *
     * @param temporary the folder of temporary files, as a key; no object can have a key in it
     * @param nameBytes memory for names of large folders, in bytes. A folder whose names take more
     *     than a quarter of it, at about 30 bytes a name, is read again for each page of a listing
     * @param smallFileBytes memory for small files that were read several times, in bytes, at about
     *     600 for each; 0: each is read every time
     * @throws UncheckedIOException when files cannot be written there; its message says where
     */
    public DiskStore(Path root, ObjectKey temporary, long nameBytes, long smallFileBytes) {
        this(root, temporary, nameBytes, smallFileBytes, new SystemCalls(), null);
    }

    DiskStore(Path root, ObjectKey temporary, SystemCalls calls) {
        this(root, temporary, NAME_BYTES, calls);
    }

    DiskStore(Path root, ObjectKey temporary, long nameBytes, SystemCalls calls) {
        this(root, temporary, nameBytes, SMALL_FILE_BYTES, calls, null);
    }

    private DiskStore(
            Path root,
            ObjectKey temporary,
            long nameBytes,
            long smallFileBytes,
            SystemCalls calls,
            @Nullable FolderLock lock) {
        this.calls = calls;
        this.lock = lock;
        Path absolute = root.toAbsolutePath().normalize();
        Path temporaryFolder = absolute.resolve(temporary.value());
        folderNames = new FolderNameCache(calls, nameBytes);
        tree = new FileTree(absolute, temporaryFolder, calls, folderNames);
        temporaryFiles = new TemporaryFiles(temporaryFolder);
        sentinel = new Sentinel(tree, calls, lock == null ? null : lock.watch(calls));
        try {
            Files.createDirectories(temporaryFolder);
            temporaryFiles.removeStale(Instant.now().minus(TemporaryFiles.STALE));
            FileSystemProbe probe = new FileSystemProbe(temporaryFiles, tree, calls);
            probe.requireMinimum();
            probe.warnOfShortNames();
            distinguishesCase = probe.distinguishesCase();
            var smallFiles = new SmallFileCache(calls, probe.isLocal() ? smallFileBytes : 0);
            reader = new DiskReader(tree, calls, smallFiles, sentinel);
            publisher = new Publisher(tree, calls, sentinel, probe.hasHardLinks());
        } catch (IOException e) {
            throw FileErrors.opening(absolute, e);
        }
    }

    /** Whether keys are case-sensitive; otherwise {@code a} and {@code A} are the same object. */
    public boolean distinguishesCase() {
        return distinguishesCase;
    }

    @Override
    public void guardBy(ObjectKey sentinel, byte[] content) {
        this.sentinel.set(sentinel, content);
    }

    @Override
    public void verify() {
        sentinel.require();
        if (!sentinel.isSet()) {
            var _ = list(new ListRequest("", null, true, 1));
        }
    }

    /** {@code false}, also on a network file system, whose client caches names. */
    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return reader.head(key);
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        return reader.read(key, limit);
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        return reader.get(key, limit);
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        return reader.open(key, range);
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        boolean isCompleteWhenCreated = content.length == 0 && durability == Durability.HINT;
        sentinel.require();
        if (isCompleteWhenCreated
                && condition instanceof Condition.Always
                && publisher.createEmpty(key)) {
            return;
        }
        publisher.checkEarly(key, condition);
        try (DiskWriter writer = writer(key)) {
            writer.write(content, 0, content.length);
            writer.publish(condition, durability);
        }
    }

    @Override
    public void delete(ObjectKey key, Condition condition) {
        publisher.delete(key, condition);
    }

    @Override
    public void deleteAll(Collection<ObjectKey> keys) {
        keys.forEach(key -> publisher.delete(key, Condition.always()));
    }

    /** Deletes them at once: on a disk, deferring saves nothing. */
    @Override
    public void forget(Collection<ObjectKey> keys) {
        for (ObjectKey key : keys) {
            try {
                publisher.delete(key, Condition.always());
            } catch (ObjectStoreException e) {
                log.warn("{} is no longer needed but could not be removed", key, e);
            }
        }
    }

    @Override
    public Listing list(ListRequest request) {
        try {
            Listing page = new TreeWalk(tree, folderNames, calls, request).page();
            if (page.entries().isEmpty()) {
                sentinel.require();
            }
            return page;
        } catch (IOException e) {
            throw FileErrors.listing(request.prefix(), e);
        }
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        sentinel.require();
        return writer(key);
    }

    private DiskWriter writer(ObjectKey key) {
        tree.file(key); // throws for a key that could not be published later
        Path file = temporaryFiles.next();
        try {
            return new DiskWriter(key, file, tree.create(file), calls, publisher);
        } catch (IOException e) {
            throw FileErrors.writing(key, e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The bytes are in the file of {@code key} from the start, where reads and listings see
     * them.
     *
     * @throws PreconditionFailed when there is such a file
     */
    @Override
    public StagedObject stage(ObjectKey key) {
        sentinel.require();
        try {
            return staged(key, tree.create(tree.file(key)), 0);
        } catch (FileAlreadyExistsException e) {
            throw new PreconditionFailed(key);
        } catch (IOException e) {
            throw FileErrors.writing(key, e);
        }
    }

    @Override
    public StagedObject resume(ObjectKey key, @Nullable String state) {
        Path file = tree.file(key);
        try {
            FileChannel channel = FileChannel.open(file, WRITE);
            try {
                return staged(key, channel, channel.size());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw sentinel.readFailure(key, file, e);
        }
    }

    private StagedObject staged(ObjectKey key, FileChannel channel, long size) {
        return new StagedFile(key, channel, size, calls, tree, sentinel, publisher);
    }

    /** Ignores the prefix: unfinished files have no keys yet, and are all in one folder. */
    @Override
    public void dropUnfinished(String prefix, Instant before) {
        try {
            temporaryFiles.removeStale(before);
        } catch (IOException e) {
            throw FileErrors.listing("temporary files", e);
        }
    }

    @Override
    public Optional<LocalFiles> localFiles() {
        return Optional.of(this);
    }

    @Override
    public Path path(ObjectKey key) {
        return tree.file(key);
    }

    /** Releases the lock of the folder, if {@link #open} acquired one. */
    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
