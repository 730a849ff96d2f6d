package io.berth.app;

import io.berth.config.LoadedSettings.FolderSource;
import io.berth.config.StorageSettings;
import io.berth.config.tree.WrongSettingException;
import io.berth.object.ObjectStore;
import io.berth.object.StoppedWhileWaitingException;
import io.berth.object.disk.DiskSettings;
import io.berth.object.disk.DiskStore;
import io.berth.object.disk.lock.FolderInUseException;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3SetupException;
import io.berth.object.s3.setting.LocationSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.storage.StoredRegistry;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/** Opens the store that settings name. */
final class Stores {

    private static final Logger log = LoggerFactory.getLogger(Stores.class);

    /**
     * The SDK's logger of requests, which names methods, paths and headers. Its other loggers write
     * the values of headers as well, which are credentials.
     */
    private static final String REQUESTS = "software.amazon.awssdk.request";

    private Stores() {}

    /**
     * @param folderSource what names the folder of all data, for messages
     * @throws WrongSettingException when there cannot be data at the place set
     * @throws S3SetupException when the bucket cannot be used
     * @throws StoppedWhileWaitingException when the process is told to stop while it waits for the
     *     folder
     */
    static ObjectStore open(StorageSettings settings, FolderSource folderSource) {
        return settings.s3() == null
                ? disk(Objects.requireNonNull(settings.filesystem()), folderSource)
                : s3(options(settings, settings.s3()));
    }

    private static ObjectStore disk(DiskSettings settings, FolderSource source) {
        return disk(
                settings,
                source,
                () ->
                        DiskStore.open(
                                settings,
                                StoredRegistry.TEMPORARY,
                                MemoryBudget.ofProcess().nameBytes(),
                                MemoryBudget.ofProcess().linkBytes(),
                                StoredRegistry.LOCK));
    }

    /**
     * @param opening of the folder of the settings
     * @throws WrongSettingException when it cannot be opened, or when {@code A} and {@code a} are
     *     one file there and that is not accepted; it is closed then
     */
    static DiskStore disk(DiskSettings settings, FolderSource source, Supplier<DiskStore> opening) {
        DiskStore store;
        try {
            store = opening.get();
        } catch (UncheckedIOException e) {
            throw new WrongSettingException(
                    doesNotWork(source)
                            + e.getMessage()
                            + ". Set "
                            + source.name()
                            + " to a folder that this user can write to.",
                    e);
        } catch (FolderInUseException e) {
            throw new WrongSettingException(
                    doesNotWork(source)
                            + e.getMessage()
                            + ". A folder is for one process: stop the other one before this one"
                            + " starts. Several replicas need storage.s3. How long a start waits"
                            + " for the other one to end is storage.filesystem.lockwait.",
                    e);
        }
        try {
            requireCase(settings, source, store.distinguishesCase());
        } catch (WrongSettingException e) {
            store.close();
            throw e;
        }
        return store;
    }

    private static String doesNotWork(FolderSource source) {
        String origin =
                source.isSet()
                        ? "which " + source.name() + " names"
                        : "the default because " + source.name() + " is not set";
        return "The folder of all data, " + origin + ", does not work: ";
    }

    private static void requireCase(
            DiskSettings settings, FolderSource source, boolean distinguished) {
        if (distinguished) {
            return;
        }
        String fact =
                "the file system of "
                        + settings.rootDirectory()
                        + " does not tell A from a, so that a push of the tag V1 replaces the tag"
                        + " v1";
        if (!settings.caseInsensitive()) {
            throw new WrongSettingException(
                    doesNotWork(source)
                            + fact
                            + ". Use another file system, or accept that with"
                            + " storage.filesystem.caseinsensitive=true.",
                    null);
        }
        log.warn("As storage.filesystem.caseinsensitive accepts, {}.", fact);
    }

    private static S3Store s3(S3Options options) {
        if (options.settings().logsRequests()) {
            LoggingSystem.get(Stores.class.getClassLoader()).setLogLevel(REQUESTS, LogLevel.DEBUG);
        }
        try {
            S3Store store = S3Store.open(options, StoredRegistry.TEMPORARY);
            S3CapabilityReport.missing(store.capabilities(), options.redirects())
                    .forEach(log::warn);
            return store;
        } catch (UncheckedIOException e) {
            throw new WrongSettingException(
                    "The setting storage.s3.spooldirectory does not work: " + e.getMessage(), e);
        }
    }

    static S3Options options(StorageSettings settings, S3Settings s3) {
        return new S3Options(
                s3, !settings.redirect().disable(), MemoryBudget.ofProcess().spoolBytes());
    }

    /** Where content is kept, for people. */
    static String place(StorageSettings settings) {
        S3Settings s3 = settings.s3();
        if (s3 == null) {
            return folder(settings).toString();
        }
        LocationSettings location = s3.location();
        String root = location.rootDirectory().isEmpty() ? "" : "/" + location.rootDirectory();
        URI endpoint = s3.endpoint().url();
        return "s3://"
                + location.bucket()
                + root
                + (endpoint == null ? " in " + location.region() : " at " + endpoint);
    }

    /** What the store is called by distribution's settings. */
    static String kind(StorageSettings settings) {
        return settings.s3() == null ? "filesystem" : "s3";
    }

    private static Path folder(StorageSettings settings) {
        DiskSettings filesystem = Objects.requireNonNull(settings.filesystem());
        return filesystem.rootDirectory();
    }
}
