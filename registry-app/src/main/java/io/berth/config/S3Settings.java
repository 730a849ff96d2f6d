package io.berth.config;

import io.berth.object.s3.bucket.S3Options.Checksums;
import io.berth.setting.ByteSize;
import io.berth.setting.DefaultValue;
import io.berth.setting.Secret;
import io.berth.setting.SettingChecks;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Amazon S3 or of a store that speaks its protocol.
 *
 * @param region the bucket's
 * @param bucket where everything is kept
 * @param regionEndpoint where the store is, when it is not Amazon's: a URL or a host
 * @param redirectEndpoint where clients reach the store, when that is elsewhere; a URL or a host
 * @param forcePathStyle whether the bucket is named in the path rather than in the host; {@code
 *     null}: when there is a {@code regionEndpoint}
 * @param rootDirectory what every key begins with, without slashes at its ends; {@code ""}: nothing
 * @param accessKey {@code null}: what the environment has
 * @param secretKey {@code null} with the {@code accessKey}
 * @param sessionToken for an {@code accessKey} that is only lent
 * @param encrypt whether the store is asked to encrypt what it keeps
 * @param keyId the key of KMS to encrypt with; {@code null}: the store's own
 * @param storageClass sent with what is written
 * @param objectAcl sent with what is written
 * @param chunkSize bytes of one part of a large object
 * @param multipartCopyChunkSize bytes of one part of a copy inside the store
 * @param multipartCopyMaxConcurrency parts of one copy that are under way at the same time
 * @param multipartCopyThresholdSize from more bytes on a copy is made in parts
 * @param secure whether a host without a scheme is spoken to by HTTPS
 * @param skipVerify whether any certificate of the store is believed
 * @param v4Auth always {@code true}: how requests are signed
 * @param accelerate whether Amazon's accelerated endpoints are used
 * @param useDualStack whether Amazon's endpoints for both versions of IP are used
 * @param useFipsEndpoint whether Amazon's FIPS endpoints are used
 * @param userAgent how the registry introduces itself to the store; {@code null}: by its name
 * @param logLevel what is logged about requests to the store
 * @param checksum which checksums are sent along
 * @param maxConnections connections to the store at the same time
 * @param spoolDirectory where bytes wait until they are enough for a part; {@code null}: with
 *     temporary files
 */
public record S3Settings(
        @DefaultValue("") String region,
        @DefaultValue("") String bucket,
        @Nullable String regionEndpoint,
        @Nullable String redirectEndpoint,
        @Nullable Boolean forcePathStyle,
        @DefaultValue("") String rootDirectory,
        @Nullable Secret accessKey,
        @Nullable Secret secretKey,
        @Nullable Secret sessionToken,
        @DefaultValue("false") boolean encrypt,
        @Nullable String keyId,
        @DefaultValue("standard") StorageClass storageClass,
        @DefaultValue("private") ObjectAcl objectAcl,
        @DefaultValue("10485760") ByteSize chunkSize,
        @DefaultValue("33554432") ByteSize multipartCopyChunkSize,
        @DefaultValue("100") int multipartCopyMaxConcurrency,
        @DefaultValue("33554432") ByteSize multipartCopyThresholdSize,
        @DefaultValue("true") boolean secure,
        @DefaultValue("false") boolean skipVerify,
        @DefaultValue("true") boolean v4Auth,
        @DefaultValue("false") boolean accelerate,
        @DefaultValue("false") boolean useDualStack,
        @DefaultValue("false") boolean useFipsEndpoint,
        @Nullable String userAgent,
        @DefaultValue("off") LogLevel logLevel,
        @DefaultValue("auto") Checksums checksum,
        @DefaultValue("256") int maxConnections,
        @Nullable Path spoolDirectory) {

    /** Classes of storage by Amazon's names, and that of distribution for naming none. */
    public enum StorageClass {
        /** The store decides; some know no classes and refuse the header. */
        NONE,
        STANDARD,
        REDUCED_REDUNDANCY,
        STANDARD_IA,
        ONEZONE_IA,
        INTELLIGENT_TIERING,
        OUTPOSTS,
        GLACIER_IR,
        EXPRESS_ONEZONE
    }

    /** Who may do what with an object, as Amazon has it canned. */
    public enum ObjectAcl {
        /** None is sent, for stores that know none and refuse the header. */
        NONE,
        PRIVATE,
        PUBLIC_READ,
        PUBLIC_READ_WRITE,
        AUTHENTICATED_READ,
        AWS_EXEC_READ,
        BUCKET_OWNER_READ,
        BUCKET_OWNER_FULL_CONTROL;

        /** As headers have it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Names of distribution's. All but the first log the same: what is no secret. */
    public enum LogLevel {
        OFF,
        DEBUG,
        DEBUG_WITH_SIGNING,
        DEBUG_WITH_HTTP_BODY,
        DEBUG_WITH_REQUEST_RETRIES,
        DEBUG_WITH_REQUEST_ERRORS,
        DEBUG_WITH_EVENT_STREAM_BODY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace("_", "");
        }
    }

    private static final String GROUP = "storage.s3.";

    private static final Pattern BUCKET =
            Pattern.compile("arn:[A-Za-z0-9._:/-]+|[A-Za-z0-9][A-Za-z0-9._:-]*");

    /** Nothing, or components that no client of the store would take for something else. */
    private static final Pattern FOLDER =
            Pattern.compile("(?!(.*/)?[.]{1,2}(/|$))([A-Za-z0-9!_.*'()=+ -]+(/(?!$)|$))*");

    private static final ByteSize SMALLEST_PART = ByteSize.ofMebibytes(5);
    private static final ByteSize LARGEST_PART = ByteSize.ofMebibytes(5 * 1024L);

    public S3Settings {
        region = region.strip();
        bucket = bucket.strip();
        regionEndpoint = presentOrNull(regionEndpoint);
        redirectEndpoint = presentOrNull(redirectEndpoint);
        accessKey = Secret.presentOrNull(accessKey);
        secretKey = Secret.presentOrNull(secretKey);
        sessionToken = Secret.presentOrNull(sessionToken);
        keyId = presentOrNull(keyId);
        userAgent = presentOrNull(userAgent);
        rootDirectory = trimmed(rootDirectory);
        spoolDirectory =
                spoolDirectory == null || spoolDirectory.toString().isEmpty()
                        ? null
                        : spoolDirectory.toAbsolutePath().normalize();
        requirePlace(region, bucket, rootDirectory);
        requireCredentials(accessKey, secretKey, sessionToken);
        requireEndpoint("regionendpoint", regionEndpoint);
        requireEndpoint("redirectendpoint", redirectEndpoint);
        requireAmazon(regionEndpoint, accelerate, useDualStack, useFipsEndpoint);
        SettingChecks.refuseIf(
                accelerate && Boolean.TRUE.equals(forcePathStyle),
                "storage.s3.accelerate and storage.s3.forcepathstyle are both true, but Amazon's"
                        + " accelerated endpoints take the bucket in the host only: remove one");
        SettingChecks.refuseIf(
                keyId != null && !encrypt,
                "storage.s3.keyid names a key, but storage.s3.encrypt is not true, so that nothing"
                        + " would be encrypted with it: set both or none");
        SettingChecks.require(
                v4Auth,
                GROUP + "v4auth",
                false,
                "true: there is no other way to sign requests any more");
        requirePrintable("useragent", userAgent);
        requirePart("chunksize", chunkSize);
        requirePart("multipartcopychunksize", multipartCopyChunkSize);
        requireNumber("multipartcopymaxconcurrency", multipartCopyMaxConcurrency, 1000);
        requireNumber("maxconnections", maxConnections, 10_000);
        SettingChecks.require(
                multipartCopyThresholdSize.bytes() <= LARGEST_PART.bytes(),
                GROUP + "multipartcopythresholdsize",
                multipartCopyThresholdSize,
                "a number of bytes up to 5GiB");
    }

    private static @Nullable String presentOrNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static String trimmed(String folder) {
        return folder.strip().replaceAll("^/+|/+$", "");
    }

    private static void requirePrintable(String name, @Nullable String text) {
        SettingChecks.require(
                text == null || text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                GROUP + name,
                String.valueOf(text),
                "text of printable ASCII characters");
    }

    private static void requirePlace(String region, String bucket, String rootDirectory) {
        SettingChecks.refuseIf(
                bucket.isEmpty(),
                "storage.s3.bucket is not set, but storage.s3 is chosen, or settings of it are: name"
                        + " the bucket, or remove them to keep content on the disk");
        SettingChecks.refuseIf(
                region.isEmpty(),
                "storage.s3.region is not set: name the region of the bucket, such as us-east-1,"
                        + " which most stores other than Amazon's take as well");
        SettingChecks.require(
                region.matches("[A-Za-z0-9_-]{1,64}"),
                GROUP + "region",
                region,
                "the name of a region such as us-east-1");
        SettingChecks.require(
                BUCKET.matcher(bucket).matches(),
                GROUP + "bucket",
                bucket,
                "the name of a bucket alone; folders in it belong to storage.s3.rootdirectory");
        SettingChecks.require(
                FOLDER.matcher(rootDirectory).matches(),
                GROUP + "rootdirectory",
                rootDirectory,
                "a path of letters, digits and simple signs, such as registry/one");
    }

    private static void requireCredentials(
            @Nullable Secret accessKey, @Nullable Secret secretKey, @Nullable Secret sessionToken) {
        SettingChecks.refuseIf(
                accessKey != null && secretKey == null,
                "storage.s3.accesskey is set, but storage.s3.secretkey is not: set both, or neither"
                        + " to take what the environment has");
        SettingChecks.refuseIf(
                accessKey == null && secretKey != null,
                "storage.s3.secretkey is set, but storage.s3.accesskey is not: set both, or neither"
                        + " to take what the environment has");
        SettingChecks.refuseIf(
                accessKey == null && sessionToken != null,
                "storage.s3.sessiontoken is set, but storage.s3.accesskey and storage.s3.secretkey,"
                        + " which it belongs to, are not");
    }

    /** Who names a password in an address must not find it in a log. */
    private static void requireEndpoint(String name, @Nullable String endpoint) {
        if (endpoint == null) {
            return;
        }
        SettingChecks.refuseIf(
                endpoint.contains("@"),
                GROUP
                        + name
                        + " names a user, but only storage.s3.accesskey and"
                        + " storage.s3.secretkey say who the registry is");
        SettingChecks.require(
                isBase(url(endpoint, true)),
                GROUP + name,
                endpoint,
                "a URL or a host such as https://s3.example.com or s3.example.com:9000");
    }

    private static boolean isBase(@Nullable URI url) {
        return url != null
                && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                && url.getHost() != null
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    private static @Nullable URI url(String endpoint, boolean secure) {
        String scheme = endpoint.contains("://") ? "" : secure ? "https://" : "http://";
        try {
            return URI.create((scheme + endpoint).replaceAll("/+$", ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void requireAmazon(
            @Nullable String endpoint, boolean accelerate, boolean dualStack, boolean fips) {
        String chooses =
                "chooses among Amazon's endpoints: remove it, or storage.s3.regionendpoint";
        SettingChecks.refuseIf(endpoint != null && accelerate, GROUP + "accelerate " + chooses);
        SettingChecks.refuseIf(endpoint != null && dualStack, GROUP + "usedualstack " + chooses);
        SettingChecks.refuseIf(endpoint != null && fips, GROUP + "usefipsendpoint " + chooses);
        SettingChecks.refuseIf(
                accelerate && fips,
                "storage.s3.accelerate and storage.s3.usefipsendpoint are both true, but no"
                        + " endpoint of Amazon's is both: remove one");
    }

    private static void requirePart(String name, ByteSize size) {
        SettingChecks.require(
                size.bytes() >= SMALLEST_PART.bytes() && size.bytes() <= LARGEST_PART.bytes(),
                GROUP + name,
                size,
                "a number of bytes from 5MiB to 5GiB");
    }

    private static void requireNumber(String name, int number, int most) {
        SettingChecks.require(
                number >= 1 && number <= most, GROUP + name, number, "a number from 1 to " + most);
    }

    /** Where the store is; {@code null}: where Amazon's is. */
    public @Nullable URI endpoint() {
        return regionEndpoint == null ? null : url(regionEndpoint, secure);
    }

    /** Where clients reach the store; {@code null}: where the registry does. */
    public @Nullable URI endpointOfClients() {
        return redirectEndpoint == null ? null : url(redirectEndpoint, secure);
    }

    /** Where bytes wait; that of temporary files where none is set. */
    public Path spoolFolder() {
        return spoolDirectory == null
                ? Path.of(System.getProperty("java.io.tmpdir"))
                : spoolDirectory;
    }

    /** Whether the bucket is named in the path of a request. */
    public boolean pathStyle() {
        return forcePathStyle == null ? regionEndpoint != null : forcePathStyle;
    }
}
