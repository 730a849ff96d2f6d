package io.berth.app;

import io.berth.config.LoadedSettings.FolderSource;
import io.berth.config.S3Settings;
import io.berth.config.S3Settings.LogLevel;
import io.berth.config.S3Settings.ObjectAcl;
import io.berth.config.StorageSettings;
import io.berth.config.StorageSettings.Filesystem;
import io.berth.config.tree.WrongSettingException;
import io.berth.object.ObjectStore;
import io.berth.object.StoppedWhileWaitingException;
import io.berth.object.disk.DiskStore;
import io.berth.object.disk.lock.FolderInUseException;
import io.berth.object.s3.S3Store;
import io.berth.object.s3.bucket.S3Options;
import io.berth.object.s3.bucket.S3Options.Credentials;
import io.berth.object.s3.bucket.S3Options.Endpoint;
import io.berth.object.s3.bucket.S3Options.Multipart;
import io.berth.object.s3.bucket.S3Options.Redirects;
import io.berth.object.s3.bucket.S3Options.SpoolOptions;
import io.berth.object.s3.bucket.S3Options.WriteOptions;
import io.berth.object.s3.bucket.S3SetupException;
import io.berth.setting.Secret;
import io.berth.storage.StoredRegistry;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LoggingSystem;

/** Opens the store that settings name. */
final class Stores {

    private static final Logger log = LoggerFactory.getLogger(Stores.class);

    /**
     * The SDK's logger of requests, which names methods, paths and headers. Its other loggers write
     * the values of headers as well, which are credentials.
     */
    private static final String REQUESTS = "software.amazon.awssdk.request";

    private static final String USER_AGENT = "berth";

    private Stores() {}

    /**
     * @param folderSource what names the folder of all data, for messages
     * @throws WrongSettingException when there cannot be data at the place set
     * @throws S3SetupException when the bucket cannot be used
     * @throws StoppedWhileWaitingException when the process is told to stop while it waits for the
     *     folder
     */
    static ObjectStore open(StorageSettings settings, FolderSource folderSource) {
        S3Settings s3 = settings.s3();
        return s3 == null
                ? disk(Objects.requireNonNull(settings.filesystem()), folderSource)
                : s3(s3, !settings.redirect().disable());
    }

    private static ObjectStore disk(Filesystem settings, FolderSource source) {
        return disk(
                settings,
                source,
                () ->
                        DiskStore.open(
                                settings.rootDirectory(),
                                StoredRegistry.TEMPORARY,
                                MemoryBudget.ofProcess().nameBytes(),
                                MemoryBudget.ofProcess().linkBytes(),
                                StoredRegistry.LOCK,
                                settings.lockWait().duration()));
    }

    /**
     * @param opening of the folder of the settings
     * @throws WrongSettingException when it cannot be opened, or when {@code A} and {@code a} are
     *     one file there and that is not accepted; it is closed then
     */
    static DiskStore disk(Filesystem settings, FolderSource source, Supplier<DiskStore> opening) {
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
            Filesystem settings, FolderSource source, boolean distinguished) {
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

    private static S3Store s3(S3Settings settings, boolean redirects) {
        if (settings.logLevel() != LogLevel.OFF) {
            LoggingSystem.get(Stores.class.getClassLoader())
                    .setLogLevel(REQUESTS, org.springframework.boot.logging.LogLevel.DEBUG);
        }
        try {
            S3Store store = S3Store.open(options(settings, redirects), StoredRegistry.TEMPORARY);
            S3CapabilityReport.missing(store.capabilities(), redirects).forEach(log::warn);
            return store;
        } catch (UncheckedIOException e) {
            throw new WrongSettingException(
                    "The setting storage.s3.spooldirectory does not work: " + e.getMessage(), e);
        }
    }

    static S3Options options(S3Settings settings, boolean redirects) {
        return new S3Options(
                settings.bucket(),
                settings.rootDirectory(),
                endpoint(settings),
                credentials(settings),
                new Multipart(
                        settings.chunkSize().bytes(),
                        settings.multipartCopyChunkSize().bytes(),
                        settings.multipartCopyMaxConcurrency(),
                        settings.multipartCopyThresholdSize().bytes()),
                new WriteOptions(
                        settings.encrypt(),
                        settings.keyId(),
                        settings.storageClass().name(),
                        settings.objectAcl() == ObjectAcl.NONE
                                ? ""
                                : settings.objectAcl().toString(),
                        settings.checksum()),
                new Redirects(redirects, settings.endpointOfClients()),
                new SpoolOptions(settings.spoolFolder(), MemoryBudget.ofProcess().spoolBytes()));
    }

    private static Endpoint endpoint(S3Settings settings) {
        return new Endpoint(
                settings.region(),
                settings.endpoint(),
                settings.pathStyle(),
                settings.accelerate(),
                settings.useDualStack(),
                settings.useFipsEndpoint(),
                settings.skipVerify(),
                Objects.requireNonNullElse(settings.userAgent(), USER_AGENT),
                settings.maxConnections());
    }

    private static @Nullable Credentials credentials(S3Settings settings) {
        Secret accessKey = settings.accessKey();
        Secret secretKey = settings.secretKey();
        if (accessKey == null || secretKey == null) {
            return null;
        }
        Secret token = settings.sessionToken();
        return new Credentials(
                accessKey.value(), secretKey.value(), token == null ? null : token.value());
    }

    /** Where content is kept, for people. */
    static String place(StorageSettings settings) {
        S3Settings s3 = settings.s3();
        if (s3 == null) {
            return folder(settings).toString();
        }
        String root = s3.rootDirectory().isEmpty() ? "" : "/" + s3.rootDirectory();
        URI endpoint = s3.endpoint();
        return "s3://"
                + s3.bucket()
                + root
                + (endpoint == null ? " in " + s3.region() : " at " + endpoint);
    }

    /** What the store is called by distribution's settings. */
    static String kind(StorageSettings settings) {
        return settings.s3() == null ? "filesystem" : "s3";
    }

    private static Path folder(StorageSettings settings) {
        Filesystem filesystem = Objects.requireNonNull(settings.filesystem());
        return filesystem.rootDirectory();
    }
}
