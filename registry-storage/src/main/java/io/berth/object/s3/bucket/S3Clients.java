package io.berth.object.s3.bucket;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.setting.CredentialSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import io.berth.setting.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.utils.AttributeMap;

/** The SDK's clients of one server: with or without retries, each with its own timeouts. */
public final class S3Clients implements AutoCloseable {

    /** Timeout of one attempt of a request that moves few bytes. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(15);

    /** Timeout of all attempts of such a request. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(40);

    /** How long a transfer waits for a permit before it fails. */
    private static final Duration PERMIT_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POOL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);

    /** Some servers send nothing until a copy or a multipart upload is complete. */
    private static final Duration LONG_SOCKET_TIMEOUT = Duration.ofMinutes(5);

    /** The slowest transfer that is not timed out, in bytes per second. */
    private static final long SLOWEST = 256 << 10;

    private static final int MAX_ATTEMPTS = 3;

    private final SdkHttpClient http;
    private final SdkHttpClient longRunningHttp;
    private final SdkHttpClient streamingHttp;
    private final SdkHttpClient sendingHttp;
    private final AwsCredentialsProvider credentials;
    private final ScheduledExecutorService timer;

    /** For idempotent requests, which the SDK repeats. */
    public final S3Client retrying;

    /**
     * As {@link #retrying}, with its own connections, for content that clients of the registry
     * read: a slow client holds a connection for long.
     */
    final S3Client streaming;

    /**
     * As {@link #retrying}, with its own connections, for content that clients of the registry
     * send: many transfers must not take the connections of reads.
     */
    private final S3Client sending;

    /** As {@link #sending}, without retries. */
    private final S3Client sendingOnce;

    /** Without retries, for requests whose outcome must be checked before they are repeated. */
    public final S3Client once;

    /** As {@link #once}, with its own connections, for requests that take the server long. */
    public final S3Client longRunning;

    final S3Presigner presigner;

    /** Bounds concurrent copies, which would otherwise time out waiting for a connection. */
    private final Semaphore copies;

    /** Bounds concurrent requests of {@link #sending}, for the same reason. */
    private final Semaphore sends;

    /**
     * @param wire wraps each HTTP client, for tests
     */
    public S3Clients(S3Settings settings, UnaryOperator<SdkHttpClient> wire) {
        credentials = credentials(settings.credentials());
        timer = timer();
        http = wire.apply(http(settings, SOCKET_TIMEOUT));
        longRunningHttp = wire.apply(http(settings, LONG_SOCKET_TIMEOUT));
        streamingHttp = wire.apply(http(settings, SOCKET_TIMEOUT));
        sendingHttp = wire.apply(http(settings, SOCKET_TIMEOUT));
        retrying = client(settings, http, retries(), CALL_TIMEOUT);
        streaming = client(settings, streamingHttp, retries(), CALL_TIMEOUT);
        once = client(settings, http, AwsRetryStrategy.doNotRetry(), CALL_TIMEOUT);
        // The timeout of a transfer depends on its length; each request has its own.
        sending = client(settings, sendingHttp, retries(), null);
        sendingOnce = client(settings, sendingHttp, AwsRetryStrategy.doNotRetry(), null);
        longRunning = client(settings, longRunningHttp, AwsRetryStrategy.doNotRetry(), null);
        presigner = presigner(settings);
        copies = new Semaphore(Math.max(1, settings.endpoint().maxConnections() * 3 / 4), true);
        sends = new Semaphore(settings.endpoint().maxConnections(), true);
    }

    /**
     * Makes a copy request; waits while too many are under way.
     *
     * @throws Unavailable when the wait exceeds a minute
     */
    public <T> T copy(ObjectKey target, Function<S3Client, T> request) {
        return withPermit(copies, target, () -> request.apply(longRunning));
    }

    /**
     * Makes a request that sends bytes; waits while too many are under way.
     *
     * @param retry whether the SDK repeats the request
     * @throws Unavailable when the wait exceeds a minute
     */
    public <T> T send(ObjectKey target, boolean retry, Function<S3Client, T> request) {
        return withPermit(sends, target, () -> request.apply(retry ? sending : sendingOnce));
    }

    private static <T> T withPermit(Semaphore permits, ObjectKey target, Supplier<T> request) {
        try {
            if (!permits.tryAcquire(PERMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Unavailable(
                        target.value(),
                        "too many transfers are under way, and none ended within "
                                + PERMIT_TIMEOUT.toSeconds()
                                + " s",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(target.value(), "interrupted", e);
        }
        try {
            return request.get();
        } finally {
            permits.release();
        }
    }

    private static RetryStrategy retries() {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(MAX_ATTEMPTS)
                .build();
    }

    /** A timer that drops the timeout of a request, which references the request, at its end. */
    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("s3-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** The timeout of a transfer of {@code bytes} bytes. */
    public static Duration timeout(long bytes) {
        return Duration.ofSeconds(60 + bytes / SLOWEST);
    }

    /** The timeout of a copy of {@code bytes} bytes, which the server reads and writes. */
    public static Duration copyTimeout(long bytes) {
        return timeout(bytes).multipliedBy(2);
    }

    /** The HTTP client below {@link #once}, for requests without credentials. */
    public SdkHttpClient http() {
        return http;
    }

    private static SdkHttpClient http(S3Settings settings, Duration socketTimeout) {
        return Apache5HttpClient.builder()
                .maxConnections(settings.endpoint().maxConnections())
                .connectionTimeout(CONNECT_TIMEOUT)
                .connectionAcquisitionTimeout(POOL_TIMEOUT)
                .socketTimeout(socketTimeout)
                .tcpKeepAlive(true)
                .buildWithDefaults(
                        AttributeMap.builder()
                                .put(
                                        SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES,
                                        settings.endpoint().skipVerify())
                                .build());
    }

    private static AwsCredentialsProvider credentials(CredentialSettings given) {
        Secret accessKey = given.accessKey();
        Secret secretKey = given.secretKey();
        if (accessKey == null || secretKey == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        Secret session = given.sessionToken();
        return StaticCredentialsProvider.create(
                session == null
                        ? AwsBasicCredentials.create(accessKey.value(), secretKey.value())
                        : AwsSessionCredentials.create(
                                accessKey.value(), secretKey.value(), session.value()));
    }

    private S3Client client(
            S3Settings settings,
            SdkHttpClient http,
            RetryStrategy retries,
            @Nullable Duration callTimeout) {
        boolean always = settings.writes().checksum() == Checksums.ALWAYS;
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(settings.location().region()))
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .serviceConfiguration(service(settings))
                        .dualstackEnabled(settings.endpoint().useDualStack())
                        .fipsEnabled(settings.endpoint().useFipsEndpoint())
                        .requestChecksumCalculation(
                                always
                                        ? RequestChecksumCalculation.WHEN_SUPPORTED
                                        : RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(
                                always
                                        ? ResponseChecksumValidation.WHEN_SUPPORTED
                                        : ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(override(settings, retries, callTimeout));
        URI endpoint = settings.endpoint().url();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    /**
     * Disables chunked encoding, which some servers do not support at all, or not for empty bodies.
     * Over plain HTTP the SDK then reads each body twice, to sign it.
     */
    private static S3Configuration service(S3Settings settings) {
        return S3Configuration.builder()
                .pathStyleAccessEnabled(settings.endpoint().pathStyle())
                .accelerateModeEnabled(settings.endpoint().accelerate())
                .chunkedEncodingEnabled(false)
                .build();
    }

    private ClientOverrideConfiguration override(
            S3Settings settings, RetryStrategy retries, @Nullable Duration callTimeout) {
        return ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(ATTEMPT_TIMEOUT)
                .apiCallTimeout(callTimeout)
                .retryStrategy(retries)
                .scheduledExecutorService(timer)
                .putAdvancedOption(
                        SdkAdvancedClientOption.USER_AGENT_PREFIX, settings.endpoint().product())
                .build();
    }

    private S3Presigner presigner(S3Settings settings) {
        S3Presigner.Builder builder =
                S3Presigner.builder()
                        .region(Region.of(settings.location().region()))
                        .credentialsProvider(credentials)
                        .serviceConfiguration(service(settings))
                        .dualstackEnabled(settings.endpoint().useDualStack())
                        .fipsEnabled(settings.endpoint().useFipsEndpoint());
        URI endpoint = settings.endpoint().urlOfClients();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    @Override
    public void close() {
        presigner.close();
        retrying.close();
        once.close();
        streaming.close();
        sending.close();
        sendingOnce.close();
        longRunning.close();
        http.close();
        longRunningHttp.close();
        streamingHttp.close();
        sendingHttp.close();
        if (credentials instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                // It has nothing else that can be closed.
            }
        }
        timer.shutdownNow();
    }
}
