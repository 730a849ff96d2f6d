package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.Bucket;
import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.bucket.S3SetupException;
import io.berth.object.s3.setting.S3Settings;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Makes the exceptions for a bucket that cannot be used. */
final class SetupProblems {

    private SetupProblems() {}

    /**
     * For a bucket that cannot do what the registry needs.
     *
     * @param lack what the bucket cannot do, as the predicate of a sentence
     */
    static S3SetupException lacking(Bucket bucket, String lack, String advice, SdkException e) {
        return problem(
                "Bucket " + bucket.name() + " " + lack + ": " + S3Errors.reason(e) + ".",
                advice,
                e);
    }

    /** For a bucket in which an object cannot be written. */
    static S3SetupException of(S3Settings settings, SdkException e) {
        return e instanceof AwsServiceException answer
                ? ofAnswer(settings, answer)
                : ofConnection(settings, e);
    }

    private static S3SetupException ofAnswer(S3Settings settings, AwsServiceException e) {
        String bucket = settings.location().bucket();
        return switch (S3Errors.code(e)) {
            case "NoSuchBucket" ->
                    problem(
                            "There is no bucket " + bucket + at(settings) + ".",
                            "Create it, or correct the name or the endpoint.",
                            e);
            case "InvalidAccessKeyId" ->
                    problem(
                            "The access key is unknown" + at(settings) + ".",
                            "Correct the access key, or the endpoint.",
                            e);
            case "SignatureDoesNotMatch" ->
                    problem(
                            "The secret key does not belong to the access key" + at(settings) + ".",
                            "Correct the secret key. A proxy that changes the Host header has the"
                                    + " same effect.",
                            e);
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
                    problem(
                            "The session token is not valid" + at(settings) + ".",
                            "Renew the credentials.",
                            e);
            case "RequestTimeTooSkewed" ->
                    problem(
                            "The clocks of this machine and of the server differ too much.",
                            "Set the clock of this machine.",
                            e);
            case "PermanentRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException",
                    "TemporaryRedirect" ->
                    otherRegion(settings, e);
            case "AccessDenied", "AllAccessDisabled", "AccountProblem" ->
                    problem(
                            "Access to bucket " + bucket + " is denied" + at(settings) + ".",
                            "Allow the credentials to read, write, list and delete its objects.",
                            e);
            default -> ofStatus(settings, e);
        };
    }

    private static S3SetupException ofStatus(S3Settings settings, AwsServiceException e) {
        return switch (e.statusCode()) {
            case 429, 500, 502, 503, 504 ->
                    problem(
                            where(settings) + " is too busy, or fails: " + S3Errors.reason(e) + ".",
                            "Start again when the server works. The settings may be right.",
                            e);
            case 301, 307 -> otherRegion(settings, e);
            case 403 ->
                    problem(
                            "Access to bucket "
                                    + settings.location().bucket()
                                    + " is denied"
                                    + at(settings)
                                    + ".",
                            "Allow the credentials to read, write, list and delete its objects.",
                            e);
            default ->
                    problem(
                            where(settings)
                                    + " refuses to store an object: "
                                    + S3Errors.reason(e)
                                    + ".",
                            "Correct the setting that the server names. Some servers refuse an ACL,"
                                    + " a storage class or encryption; each can be left out.",
                            e);
        };
    }

    private static S3SetupException otherRegion(S3Settings settings, AwsServiceException e) {
        return problem(
                where(settings) + " is not in region " + settings.location().region() + ".",
                inRegion(e),
                e);
    }

    private static String inRegion(AwsServiceException e) {
        return (e.awsErrorDetails() == null || e.awsErrorDetails().sdkHttpResponse() == null
                        ? Optional.<String>empty()
                        : e.awsErrorDetails()
                                .sdkHttpResponse()
                                .firstMatchingHeader("x-amz-bucket-region"))
                .map(region -> "Set the region to " + region + ".")
                .orElse("Set the region that the bucket is in.");
    }

    private static S3SetupException ofConnection(S3Settings settings, SdkException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return problem(
                        "The host name cannot be resolved" + at(settings) + ".",
                        "Correct the endpoint or the region. A server whose buckets have no host"
                                + " names of their own needs path style.",
                        e);
            }
            if (cause instanceof SSLException) {
                return problem(
                        "The server"
                                + at(settings)
                                + " has no trusted certificate: "
                                + S3Errors.reason(e)
                                + ".",
                        "Add its certificate to those this machine trusts, or correct the"
                                + " endpoint's scheme.",
                        e);
            }
            if (cause instanceof ConnectException) {
                return problem(
                        "Cannot connect to the server" + at(settings) + ".",
                        "Start the server, or correct the endpoint.",
                        e);
            }
        }
        return e.getMessage() != null && e.getMessage().contains("credentials")
                ? problem(
                        "There are no credentials for bucket " + settings.location().bucket() + ".",
                        "Set an access key and a secret key, or give this machine a role.",
                        e)
                : problem(
                        where(settings) + " cannot be reached: " + S3Errors.reason(e) + ".",
                        "Correct the endpoint, or the network between here and the server.",
                        e);
    }

    private static S3SetupException problem(String problem, String advice, Throwable cause) {
        return new S3SetupException(problem, advice, cause);
    }

    private static String where(S3Settings settings) {
        return "Bucket " + settings.location().bucket() + at(settings);
    }

    /** The endpoint without its path and user, which may be secret. */
    private static String at(S3Settings settings) {
        URI endpoint = settings.endpoint().url();
        return endpoint == null
                ? ""
                : " at " + endpoint.getScheme() + "://" + endpoint.getHost() + port(endpoint);
    }

    private static String port(URI endpoint) {
        return endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
    }
}
