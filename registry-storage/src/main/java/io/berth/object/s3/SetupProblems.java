package io.berth.object.s3;

import io.berth.object.ObjectStoreException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what is wrong with a bucket that cannot even be written to. */
final class SetupProblems {

    private SetupProblems() {}

    static S3SetupException of(S3Options options, ObjectStoreException e) {
        return e.getCause() instanceof SdkException cause
                ? of(options, cause)
                : new S3SetupException(where(options) + " cannot be used.", "See the log.", e);
    }

    static S3SetupException of(S3Options options, SdkException e) {
        return e instanceof AwsServiceException answer
                ? ofAnswer(options, answer)
                : ofSilence(options, e);
    }

    private static S3SetupException ofAnswer(S3Options options, AwsServiceException e) {
        String bucket = options.bucket();
        return switch (Failures.code(e)) {
            case "NoSuchBucket" ->
                    problem(
                            "There is no bucket " + bucket + at(options) + ".",
                            "Create it, or correct the name or the endpoint.",
                            e);
            case "InvalidAccessKeyId" ->
                    problem(
                            "The access key is not known" + at(options) + ".",
                            "Correct the access key, or the endpoint.",
                            e);
            case "SignatureDoesNotMatch" ->
                    problem(
                            "The secret key is not that of the access key" + at(options) + ".",
                            "Correct the secret key. A proxy that changes the host name has the"
                                    + " same effect.",
                            e);
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
                    problem(
                            "The session token is not valid" + at(options) + ".",
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
                    problem(
                            where(options) + " is not in region " + options.region() + ".",
                            inRegion(e),
                            e);
            case "AccessDenied", "AllAccessDisabled", "AccountProblem" ->
                    problem(
                            "Access to bucket " + bucket + " is denied" + at(options) + ".",
                            "Allow the credentials to read, write, list and delete its objects.",
                            e);
            default -> ofStatus(options, e);
        };
    }

    private static S3SetupException ofStatus(S3Options options, AwsServiceException e) {
        return switch (e.statusCode()) {
            case 429, 500, 502, 503, 504 ->
                    problem(
                            where(options)
                                    + " is too busy or out of order: "
                                    + Failures.reason(e)
                                    + ".",
                            "Start again when the server is well. Nothing is known to be wrong"
                                    + " with the settings.",
                            e);
            case 301, 307 ->
                    problem(
                            where(options) + " is not in region " + options.region() + ".",
                            inRegion(e),
                            e);
            case 403 ->
                    problem(
                            "Access to bucket "
                                    + options.bucket()
                                    + " is denied"
                                    + at(options)
                                    + ".",
                            "Allow the credentials to read, write, list and delete its objects.",
                            e);
            default ->
                    problem(
                            where(options)
                                    + " does not take an object: "
                                    + Failures.reason(e)
                                    + ".",
                            "Correct the setting the server complains of. Some refuse an ACL, a"
                                    + " storage class or encryption; each can be left out.",
                            e);
        };
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

    private static S3SetupException ofSilence(S3Options options, SdkException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return problem(
                        "There is no host of this name" + at(options) + ".",
                        "Correct the endpoint or the region. A server whose buckets are no hosts"
                                + " needs path style.",
                        e);
            }
            if (cause instanceof SSLException) {
                return problem(
                        "The server"
                                + at(options)
                                + " cannot be trusted: "
                                + Failures.reason(e)
                                + ".",
                        "Add its certificate to those this machine trusts, or correct the"
                                + " endpoint's scheme.",
                        e);
            }
            if (cause instanceof ConnectException) {
                return problem(
                        "Nobody answers" + at(options) + ".",
                        "Start the server, or correct the endpoint.",
                        e);
            }
        }
        return e.getMessage() != null && e.getMessage().contains("credentials")
                ? problem(
                        "There are no credentials for bucket " + options.bucket() + ".",
                        "Set an access key and a secret key, or give this machine a role.",
                        e)
                : problem(
                        where(options) + " cannot be reached: " + Failures.reason(e) + ".",
                        "Correct the endpoint, or what is between here and there.",
                        e);
    }

    private static S3SetupException problem(String problem, String advice, Throwable cause) {
        return new S3SetupException(problem, advice, cause);
    }

    private static String where(S3Options options) {
        return "Bucket " + options.bucket() + at(options);
    }

    /** Without what may be secret in an address. */
    private static String at(S3Options options) {
        URI endpoint = options.endpoint();
        return endpoint == null
                ? ""
                : " at " + endpoint.getScheme() + "://" + endpoint.getHost() + port(endpoint);
    }

    private static String port(URI endpoint) {
        return endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
    }
}
