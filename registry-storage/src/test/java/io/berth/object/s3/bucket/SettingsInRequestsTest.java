package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.object.ObjectKey;
import io.berth.object.s3.setting.CredentialSettings;
import io.berth.object.s3.setting.EndpointSettings;
import io.berth.object.s3.setting.LocationSettings;
import io.berth.object.s3.setting.MultipartSettings;
import io.berth.object.s3.setting.S3Settings;
import io.berth.object.s3.setting.S3Settings.LogLevel;
import io.berth.object.s3.setting.WriteSettings;
import io.berth.object.s3.setting.WriteSettings.Checksums;
import io.berth.object.s3.setting.WriteSettings.ObjectAcl;
import io.berth.object.s3.setting.WriteSettings.StorageClass;
import io.berth.setting.ByteSize;
import io.berth.setting.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Settings arrive in the requests of the SDK. */
class SettingsInRequestsTest {

    private static final LocationSettings LOCATION =
            new LocationSettings("eu-west-1", "images", "a/b");
    private static final CredentialSettings CREDENTIALS =
            new CredentialSettings(new Secret("the-key"), new Secret("the-secret"), null, true);
    private static final WriteSettings WRITES =
            new WriteSettings(
                    false, null, StorageClass.STANDARD, ObjectAcl.PRIVATE, Checksums.AUTO);
    private static final MultipartSettings MULTIPART =
            new MultipartSettings(
                    ByteSize.of("10MiB"), ByteSize.of("32MiB"), 100, ByteSize.of("32MiB"));

    /** Keeps requests and sends none. */
    private static final class Recorder implements SdkHttpClient {

        private final List<SdkHttpRequest> requests = new ArrayList<>();

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            requests.add(request.httpRequest());
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() throws IOException {
                    throw new IOException("nothing is sent");
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void close() {}
    }

    private static S3Settings settings(
            CredentialSettings credentials, EndpointSettings endpoint, WriteSettings writes) {
        return new S3Settings(
                LOCATION,
                credentials,
                endpoint,
                writes,
                MULTIPART,
                LogLevel.OFF,
                null,
                new ByteSize(0));
    }

    private static EndpointSettings endpoint(
            @Nullable String server, @Nullable Boolean pathStyle, @Nullable String userAgent) {
        return new EndpointSettings(
                server, null, pathStyle, false, false, false, false, false, userAgent, 256);
    }

    private static EndpointSettings amazon(boolean accelerate, boolean dualStack, boolean fips) {
        return new EndpointSettings(
                null, null, null, true, false, accelerate, dualStack, fips, null, 256);
    }

    /** The request that writes an object of one byte. */
    private static SdkHttpRequest put(S3Settings settings) {
        Recorder recorder = new Recorder();
        try (S3Clients clients = new S3Clients(settings, _ -> recorder)) {
            Bucket bucket = new Bucket(new S3Options(settings, true, 0), clients);
            assertThatThrownBy(
                            () ->
                                    clients.once.putObject(
                                            bucket.put(ObjectKey.of("c"), 1).build(),
                                            RequestBody.fromBytes(new byte[1])))
                    .isInstanceOf(SdkException.class)
                    .hasStackTraceContaining("nothing is sent");
        }
        assertThat(recorder.requests).hasSize(1);
        return recorder.requests.getFirst();
    }

    private static String header(SdkHttpRequest request, String name) {
        return request.firstMatchingHeader(name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "s3.example.com, , http://s3.example.com/images/a/b/c",
        "https://s3.example.com:9000, , https://s3.example.com:9000/images/a/b/c",
        "s3.example.com, false, http://images.s3.example.com/a/b/c",
        ", , https://images.s3.eu-west-1.amazonaws.com/a/b/c",
        ", true, https://s3.eu-west-1.amazonaws.com/images/a/b/c"
    })
    void theyGoToTheServer(@Nullable String server, @Nullable Boolean pathStyle, String url) {
        assertThat(put(settings(CREDENTIALS, endpoint(server, pathStyle, null), WRITES)).getUri())
                .hasToString(url);
    }

    @Test
    void theyGoToTheEndpointOfAmazonsThatIsChosen() {
        assertThat(host(amazon(true, false, false)))
                .isEqualTo("images.s3-accelerate.amazonaws.com");
        assertThat(host(amazon(false, true, false)))
                .isEqualTo("images.s3.dualstack.eu-west-1.amazonaws.com");
        assertThat(host(amazon(false, false, true)))
                .isEqualTo("images.s3-fips.eu-west-1.amazonaws.com");
    }

    private static String host(EndpointSettings endpoint) {
        return put(settings(CREDENTIALS, endpoint, WRITES)).host();
    }

    @Test
    void theyAreSigned() {
        CredentialSettings lent =
                new CredentialSettings(
                        new Secret("lent-key"), new Secret("s"), new Secret("its-token"), true);
        EndpointSettings endpoint = amazon(false, false, false);

        SdkHttpRequest permanent = put(settings(CREDENTIALS, endpoint, WRITES));
        SdkHttpRequest temporary = put(settings(lent, endpoint, WRITES));

        assertThat(header(permanent, "Authorization"))
                .contains("Credential=the-key/")
                .contains("/eu-west-1/s3/");
        assertThat(header(permanent, "X-Amz-Security-Token")).isEmpty();
        assertThat(header(temporary, "Authorization")).contains("Credential=lent-key/");
        assertThat(header(temporary, "X-Amz-Security-Token")).isEqualTo("its-token");
    }

    @Test
    void theySayWhoSendsThem() {
        assertThat(userAgent(null)).startsWith("berth ");
        assertThat(userAgent("registry of ours")).startsWith("registry of ours ");
    }

    private static String userAgent(@Nullable String setting) {
        return header(
                put(settings(CREDENTIALS, endpoint(null, null, setting), WRITES)), "User-Agent");
    }

    @Test
    void whatIsSaidAboutAnObjectIsSent() {
        SdkHttpRequest request =
                put(
                        new WriteSettings(
                                true,
                                "of kms",
                                StorageClass.GLACIER_IR,
                                ObjectAcl.PUBLIC_READ,
                                Checksums.AUTO));

        assertThat(header(request, "x-amz-acl")).isEqualTo("public-read");
        assertThat(header(request, "x-amz-storage-class")).isEqualTo("GLACIER_IR");
        assertThat(header(request, "x-amz-server-side-encryption")).isEqualTo("aws:kms");
        assertThat(header(request, "x-amz-server-side-encryption-aws-kms-key-id"))
                .isEqualTo("of kms");
    }

    @Test
    void whatIsNoneIsNotSent() {
        SdkHttpRequest request =
                put(
                        new WriteSettings(
                                false, null, StorageClass.NONE, ObjectAcl.NONE, Checksums.AUTO));

        assertThat(request.headers().keySet())
                .noneMatch(name -> name.toLowerCase().matches("x-amz-(acl|storage|server).*"));
    }

    @Test
    void checksumsOfTheSdkAreSentAlwaysOrNever() {
        assertThat(checksums(Checksums.ALWAYS)).isNotEmpty();
        assertThat(checksums(Checksums.AUTO)).isEmpty();
        assertThat(checksums(Checksums.NEVER)).isEmpty();
    }

    private static List<String> checksums(Checksums setting) {
        SdkHttpRequest request =
                put(new WriteSettings(false, null, StorageClass.NONE, ObjectAcl.NONE, setting));
        return request.headers().keySet().stream()
                .filter(name -> name.startsWith("x-amz-checksum-"))
                .toList();
    }

    private static SdkHttpRequest put(WriteSettings writes) {
        return put(settings(CREDENTIALS, amazon(false, false, false), writes));
    }
}
