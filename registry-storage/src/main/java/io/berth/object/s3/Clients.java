package io.berth.object.s3;

import io.berth.object.ObjectKey;
import io.berth.object.ObjectStoreException.Unavailable;
import io.berth.object.s3.S3Options.Checksums;
import io.berth.object.s3.S3Options.Credentials;
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

/**
 * The SDK's clients of one server. They differ in what becomes of a request that fails, and in how
 * long a server may be silent.
 */
final class Clients implements AutoCloseable {

    /** Of one try of a request that moves few bytes. */
    private static final Duration SHORT = Duration.ofSeconds(15);

    /** Of all tries of such a request. */
    static final Duration SHORT_IN_ALL = Duration.ofSeconds(40);

    /** How long a transfer waits for others to end before it fails. */
    private static final Duration TURN = Duration.ofSeconds(60);

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration FREE_CONNECTION = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** Servers that copy byte by byte, or put parts together, say nothing until it is done. */
    private static final Duration LONG_SILENCE = Duration.ofMinutes(5);

    /** The least bytes per second that a transfer is given time for. */
    private static final long SLOWEST = 256 << 10;

    private static final int TRIES = 3;

    private final SdkHttpClient http;
    private final SdkHttpClient patientHttp;
    private final SdkHttpClient streamHttp;
    private final SdkHttpClient sendHttp;
    private final AwsCredentialsProvider credentials;
    private final ScheduledExecutorService timer;

    /** For what may be repeated: it is, a few times. */
    final S3Client repeating;

    /**
     * As {@link #repeating}, for content on its way to a client: one that reads slowly holds a
     * connection for long, and must not take it from everybody else.
     */
    final S3Client streaming;

    /**
     * As {@link #repeating}, for content on its way from a client. Many transfers, or slow ones,
     * must not take the connections that reads need.
     */
    final S3Client sending;

    /** As {@link #sending}, once. */
    final S3Client sendingOnce;

    /** For what may not be repeated without a look at what became of it. */
    final S3Client once;

    /** As {@link #once}, for what takes a server long. */
    final S3Client patient;

    final S3Presigner presigner;

    /** Copies of parts at the same time, by all: more would wait for a connection and give up. */
    private final Semaphore copies;

    /** The same for {@link #sending}. */
    private final Semaphore sends;

    /**
     * @param wire what a test puts between the SDK and the network
     */
    Clients(S3Options options, UnaryOperator<SdkHttpClient> wire) {
        credentials = credentials(options.credentials());
        timer = timer();
        http = wire.apply(http(options, SILENCE));
        patientHttp = wire.apply(http(options, LONG_SILENCE));
        streamHttp = wire.apply(http(options, SILENCE));
        sendHttp = wire.apply(http(options, SILENCE));
        repeating = client(options, http, severalTries(), SHORT_IN_ALL);
        streaming = client(options, streamHttp, severalTries(), SHORT_IN_ALL);
        once = client(options, http, AwsRetryStrategy.doNotRetry(), SHORT_IN_ALL);
        // The time of a transfer depends on its length; each attempt has its own.
        sending = client(options, sendHttp, severalTries(), null);
        sendingOnce = client(options, sendHttp, AwsRetryStrategy.doNotRetry(), null);
        patient = client(options, patientHttp, AwsRetryStrategy.doNotRetry(), null);
        presigner = presigner(options);
        copies = new Semaphore(Math.max(1, options.maxConnections() * 3 / 4), true);
        sends = new Semaphore(options.maxConnections(), true);
    }

    /** Copies a part when it is its turn. */
    <T> T copy(ObjectKey target, Function<S3Client, T> request) {
        return inTurn(copies, target, () -> request.apply(patient));
    }

    /**
     * Sends bytes when it is their turn.
     *
     * @param repeat whether the request may be repeated
     */
    <T> T send(ObjectKey target, boolean repeat, Function<S3Client, T> request) {
        return inTurn(sends, target, () -> request.apply(repeat ? sending : sendingOnce));
    }

    private static <T> T inTurn(Semaphore turns, ObjectKey target, Supplier<T> request) {
        try {
            if (!turns.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Unavailable(
                        target.value(),
                        "too many transfers are under way, and none has ended in time",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(target.value(), "interrupted", e);
        }
        try {
            return request.get();
        } finally {
            turns.release();
        }
    }

    private static RetryStrategy severalTries() {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(TRIES).build();
    }

    /** Forgets a time-out, and the request it is for, as soon as that has its answer. */
    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("s3-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** Long enough for a transfer, so that one that hangs ends. */
    static Duration timeFor(long bytes) {
        return Duration.ofSeconds(60 + bytes / SLOWEST);
    }

    /** Over which presigned links are tried out. */
    SdkHttpClient http() {
        return http;
    }

    private static SdkHttpClient http(S3Options options, Duration silence) {
        return Apache5HttpClient.builder()
                .maxConnections(options.maxConnections())
                .connectionTimeout(CONNECT)
                .connectionAcquisitionTimeout(FREE_CONNECTION)
                .socketTimeout(silence)
                .tcpKeepAlive(true)
                .buildWithDefaults(
                        AttributeMap.builder()
                                .put(
                                        SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES,
                                        options.skipVerify())
                                .build());
    }

    private static AwsCredentialsProvider credentials(@Nullable Credentials given) {
        if (given == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        String session = given.sessionToken();
        return StaticCredentialsProvider.create(
                session == null
                        ? AwsBasicCredentials.create(given.accessKey(), given.secretKey())
                        : AwsSessionCredentials.create(
                                given.accessKey(), given.secretKey(), session));
    }

    private S3Client client(
            S3Options options,
            SdkHttpClient http,
            RetryStrategy retries,
            @Nullable Duration inAll) {
        boolean always = options.checksums() == Checksums.ALWAYS;
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(options.region()))
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .serviceConfiguration(service(options))
                        .dualstackEnabled(options.useDualStack())
                        .fipsEnabled(options.useFips())
                        .requestChecksumCalculation(
                                always
                                        ? RequestChecksumCalculation.WHEN_SUPPORTED
                                        : RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(
                                always
                                        ? ResponseChecksumValidation.WHEN_SUPPORTED
                                        : ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(override(options, retries, inAll));
        URI endpoint = options.endpoint();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    /**
     * Without signatures inside the body, which not all servers understand, and some not if it is
     * empty; over plain HTTP the body is read once more instead.
     */
    private static S3Configuration service(S3Options options) {
        return S3Configuration.builder()
                .pathStyleAccessEnabled(options.pathStyle())
                .accelerateModeEnabled(options.accelerate())
                .chunkedEncodingEnabled(false)
                .build();
    }

    private ClientOverrideConfiguration override(
            S3Options options, RetryStrategy retries, @Nullable Duration inAll) {
        ClientOverrideConfiguration.Builder override =
                ClientOverrideConfiguration.builder()
                        .apiCallAttemptTimeout(SHORT)
                        .apiCallTimeout(inAll)
                        .retryStrategy(retries)
                        .scheduledExecutorService(timer);
        if (!options.userAgent().isEmpty()) {
            override.putAdvancedOption(
                    SdkAdvancedClientOption.USER_AGENT_PREFIX, options.userAgent());
        }
        return override.build();
    }

    private S3Presigner presigner(S3Options options) {
        S3Presigner.Builder builder =
                S3Presigner.builder()
                        .region(Region.of(options.region()))
                        .credentialsProvider(credentials)
                        .serviceConfiguration(service(options))
                        .dualstackEnabled(options.useDualStack())
                        .fipsEnabled(options.useFips());
        URI endpoint =
                options.redirectEndpoint() != null
                        ? options.redirectEndpoint()
                        : options.endpoint();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    @Override
    public void close() {
        presigner.close();
        repeating.close();
        once.close();
        streaming.close();
        sending.close();
        sendingOnce.close();
        patient.close();
        http.close();
        patientHttp.close();
        streamHttp.close();
        sendHttp.close();
        if (credentials instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                // Nothing more can be let go of.
            }
        }
        timer.shutdownNow();
    }
}
