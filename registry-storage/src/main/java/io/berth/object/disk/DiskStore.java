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
import io.berth.object.ObjectStoreException.NotFound;
import io.berth.object.ObjectStoreException.PreconditionFailed;
import io.berth.object.ObjectStoreException.TooLong;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.ObjectWriter;
import io.berth.object.StagedObject;
import io.berth.object.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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
 * <p><b>Writing.</b> Bytes go to a temporary file, which gets its name when it is complete; a hint
 * without bytes is made in its place. What {@link Durability} asks:
 *
 * <table>
 * <caption>Syncs per write, the only ones this store makes</caption>
 * <tr><td>{@code DURABLE}</td><td>the file (fdatasync) before, its folder (fsync) after it has got
 * its name</td></tr>
 * <tr><td>{@code WHOLE}</td><td>the file before it gets its name</td></tr>
 * <tr><td>{@code HINT}</td><td>none</td></tr>
 * </table>
 *
 * <p>One sync of a folder suffices for all folders and names made before it, because the file
 * systems this store is meant for (ext4, XFS) write their changes to an ordered journal. Removing
 * is never synced: after a loss of power an object that was removed may be back. (See
 * docs/decisions/0007-durability-on-disk.md.)
 *
 * <p><b>Several processes</b> on one folder see all or nothing of each write, and {@link
 * Condition.IfAbsent} holds between them where the file system has hard links; {@link
 * Condition.IfContent} holds among the threads of one process, and so do staged bytes. {@link
 * #open} therefore keeps others out that open the folder in the same way.
 *
 * <p><b>The sentinel</b> is looked at (one stat) before something is called absent, before a write
 * begins and before it gets its name, and before something is removed; nothing is believed longer.
 * At the same times, but once a second at the most, a store of {@link #open} looks whether its lock
 * file is still the one that it locked. When it is not, whatever is in its place, all these throw
 * {@link Unavailable} until the store is opened again: another process may have written.
 *
 * <p>A {@link Version} is the file's inode, time and length. Two writes have the same only if they
 * come within one tick of the file system's clock, some milliseconds, and the second got the inode
 * that the first gave up. {@link Condition.IfUnchanged} holds where {@link Condition.IfContent}
 * does.
 *
 * <p>All of the folder is on one file system. Symbolic links in it are followed, and removed only
 * where one is the object itself. Files that cannot be keys and temporary files of other registries
 * are not seen. What is in the way of a write is removed if it holds nothing: an empty file where a
 * folder must be, an empty folder where a file must be. Otherwise the write fails, and the cause of
 * the {@link Unavailable} names what is in the way.
 *
 * <p><b>Small files</b> that are read again and again, such as links, are kept in memory. One stat
 * shows that such a file is the one that was read, so what other processes write is seen at once
 * ({@link SmallFileCache}). On network file systems, where a stat may tell what was, each is read
 * every time.
 *
 * <p>Memory: no buffers; names of large folders and small files take what the constructor is told.
 */
public final class DiskStore implements ObjectStore, LocalFiles, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskStore.class);

    /** Where nothing else is said: for folders of half a million names. */
    private static final long NAME_BYTES = 64L << 20;

    /** Where nothing else is said: for some thousand links. */
    private static final long SMALL_FILE_BYTES = 2L << 20;

    private static final Set<OpenOption> WRITE = Set.of(StandardOpenOption.WRITE);

    private final SystemCalls calls;
    private final FileTree tree;
    private final TemporaryFiles temporaryFiles;
    private final Publisher publisher;
    private final FolderReader folders;
    private final SmallFileCache smallFiles;
    private final Sentinel sentinel;
    private final boolean distinguishesCase;
    private final @Nullable FolderLock lock;

    /**
     * As the constructor does, for this process alone, until {@link #close}.
     *
     * @param nameBytes as of the constructor
     * @param smallFileBytes as of the constructor
     * @param lock a file that says so, as a key; no object can be there
     * @param patience how long another process that has the folder is waited for
     * @throws FolderInUseException when another one has it still
     * @throws StoppedWhileWaitingException when this process is told to stop while it waits
     * @throws UncheckedIOException when files cannot be written there; its message says where
     */
    public static DiskStore open(
            Path root,
            ObjectKey temporary,
            long nameBytes,
            long smallFileBytes,
            ObjectKey lock,
            Duration patience) {
        Path absolute = root.toAbsolutePath().normalize();
        FolderLock held;
        try {
            Path file = absolute.resolve(lock.value());
            Files.createDirectories(file.getParent());
            held = FolderLock.acquire(absolute, file, patience, new SystemCalls());
        } catch (IOException e) {
            throw unusable(absolute, e);
        }
        try {
            return new DiskStore(
                    root, temporary, nameBytes, smallFileBytes, new SystemCalls(), held);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    /** Opens the folder with as much memory as an application of its own needs. */
    public DiskStore(Path root, ObjectKey temporary) {
        this(root, temporary, NAME_BYTES, SMALL_FILE_BYTES);
    }

    /**
     * Opens the folder, creates it when it is not there, and removes temporary files that a day has
     * passed over.
     *
     * @param temporary the folder of temporary files, as a key; no object can be there
     * @param nameBytes memory for names of large folders. A folder whose names take more than a
     *     quarter of it, at about 30 bytes a name, is read anew for each page of a listing
     * @param smallFileBytes memory for small files that were read several times, at about 600 bytes
     *     each; 0: each is read every time
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
        folders = new FolderReader(calls, nameBytes);
        tree = new FileTree(absolute, temporaryFolder, calls, folders);
        temporaryFiles = new TemporaryFiles(temporaryFolder);
        sentinel = new Sentinel(tree, calls, lock == null ? null : lock.watch(calls));
        try {
            Files.createDirectories(temporaryFolder);
            temporaryFiles.removeStale(Instant.now().minus(TemporaryFiles.STALE));
            FileSystemTrials trials = new FileSystemTrials(temporaryFiles, tree, calls);
            trials.requireTheLeast();
            trials.adviseOnNames();
            distinguishesCase = trials.distinguishesCase();
            smallFiles = new SmallFileCache(calls, trials.isLocal() ? smallFileBytes : 0);
            publisher = new Publisher(tree, calls, sentinel, trials.hasLinks());
        } catch (IOException e) {
            throw unusable(absolute, e);
        }
    }

    private static UncheckedIOException unusable(Path folder, IOException e) {
        return new UncheckedIOException(
                "cannot keep data in "
                        + folder
                        + ": make it a folder that this user may write to, on a disk that is not"
                        + " read-only ("
                        + e.getMessage()
                        + ")",
                e);
    }

    /** Whether {@code a} and {@code A} are two objects here; otherwise they are one file. */
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

    /** A failure to read, which means that there is no such object only in the right folder. */
    private ObjectStoreException reading(ObjectKey key, Path file, IOException e) {
        ObjectStoreException failure = Failures.reading(key, file, e);
        return failure instanceof NotFound ? sentinel.absent(key) : failure;
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        BasicFileAttributes attributes = attributes(key, tree.file(key));
        return new ObjectInfo(attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    private BasicFileAttributes attributes(ObjectKey key, Path file) {
        BasicFileAttributes attributes;
        try {
            attributes = calls.attributes(file);
        } catch (IOException e) {
            throw reading(key, file, e);
        }
        if (!attributes.isRegularFile()) {
            throw sentinel.absent(key);
        }
        return attributes;
    }

    @Override
    public byte[] read(ObjectKey key, int limit) {
        Path file = tree.file(key);
        try {
            return whole(key, file, smallFiles.read(key, file, limit));
        } catch (IOException e) {
            throw reading(key, file, e);
        }
    }

    private byte[] whole(ObjectKey key, Path file, byte @Nullable [] content) {
        if (content == null) {
            throw new TooLong(key, attributes(key, file).size()); // folders have one as well
        }
        return content;
    }

    @Override
    public ObjectContent get(ObjectKey key, int limit) {
        Path file = tree.file(key);
        while (true) {
            Version before = Publisher.version(attributes(key, file));
            byte[] content;
            try {
                content = whole(key, file, SmallFile.read(file, limit));
            } catch (IOException e) {
                throw reading(key, file, e);
            }
            if (before.equals(Publisher.version(attributes(key, file)))) {
                return new ObjectContent(content, before);
            }
        }
    }

    @Override
    public InputStream open(ObjectKey key, ByteRange range) {
        Path file = tree.file(key);
        if (range.last() >= attributes(key, file).size()) {
            throw new Unavailable(key.value(), "shorter than the range asked for", null);
        }
        try {
            return FileRange.open(file, range.first(), range.last() + 1);
        } catch (IOException e) {
            throw reading(key, file, e);
        }
    }

    @Override
    public void put(ObjectKey key, byte[] content, Condition condition, Durability durability) {
        boolean isWholeAsItIsMade = content.length == 0 && durability == Durability.HINT;
        sentinel.require();
        if (isWholeAsItIsMade && condition instanceof Condition.Always && create(key)) {
            return;
        }
        publisher.expect(key, condition);
        try (DiskWriter writer = writer(key)) {
            writer.write(content, 0, content.length);
            writer.publish(condition, durability);
        }
    }

    /**
     * Makes an object of no bytes.
     *
     * @return {@code false}: there is one already
     */
    private boolean create(ObjectKey key) {
        try {
            tree.create(tree.file(key)).close();
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw Failures.writing(key, e);
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

    /** At once: on a disk nothing is saved by waiting. */
    @Override
    public void forget(Collection<ObjectKey> keys) {
        for (ObjectKey key : keys) {
            try {
                publisher.delete(key, Condition.always());
            } catch (ObjectStoreException e) {
                log.warn("{} is of no use any more but could not be removed", key, e);
            }
        }
    }

    @Override
    public Listing list(ListRequest request) {
        try {
            Listing page = new TreeWalk(tree, folders, calls, request).page();
            if (page.entries().isEmpty()) {
                sentinel.require();
            }
            return page;
        } catch (IOException e) {
            throw Failures.listing(request.prefix(), e);
        }
    }

    @Override
    public ObjectWriter write(ObjectKey key) {
        sentinel.require();
        return writer(key);
    }

    private DiskWriter writer(ObjectKey key) {
        tree.file(key); // refuses what cannot be published later
        Path file = temporaryFiles.next();
        try {
            return new DiskWriter(key, file, tree.create(file), calls, publisher);
        } catch (IOException e) {
            throw Failures.writing(key, e);
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
            throw Failures.writing(key, e);
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
            throw reading(key, file, e);
        }
    }

    private StagedObject staged(ObjectKey key, FileChannel channel, long size) {
        return new StagedFile(key, channel, size, calls, tree, sentinel, publisher);
    }

    /** All of them: they have no keys yet, and a folder of their own. */
    @Override
    public void dropUnfinished(String prefix, Instant before) {
        try {
            temporaryFiles.removeStale(before);
        } catch (IOException e) {
            throw Failures.listing("temporary files", e);
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

    /** Lets another process have the folder, if this one had it alone. */
    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
