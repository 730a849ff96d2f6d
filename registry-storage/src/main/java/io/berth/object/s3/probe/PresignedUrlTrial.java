package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.S3Capabilities.Ability;
import io.berth.object.s3.bucket.S3Errors;
import io.berth.object.s3.bucket.S3PresignedUrls;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Whether a presigned URL works from this process. Clients elsewhere may reach other addresses. */
record PresignedUrlTrial(ProbeObjects objects) {

    private static final Logger log = LoggerFactory.getLogger(PresignedUrlTrial.class);

    Set<Ability> get() {
        if (!objects.bucket().options().redirects()) {
            return Set.of();
        }
        try {
            HttpExecuteResponse answer =
                    get(new S3PresignedUrls(objects.bucket()).presignGet(objects.first()));
            int status = answer.httpResponse().statusCode();
            if (status == 429 || status >= 500) {
                throw new InconclusiveException(
                        S3Exception.builder().statusCode(status).message("presigned GET").build());
            }
            return answer.httpResponse().isSuccessful()
                    ? EnumSet.of(Ability.PRESIGNED_URLS)
                    : EnumSet.noneOf(Ability.class);
        } catch (IOException e) {
            log.debug("a request of a trial failed", e);
            if (!S3Errors.isNotSent(e)) {
                throw new InconclusiveException(SdkClientException.create("presigned GET", e));
            }
            return Set.of();
        }
    }

    private HttpExecuteResponse get(URI url) throws IOException {
        SdkHttpRequest get = SdkHttpRequest.builder().uri(url).method(SdkHttpMethod.GET).build();
        HttpExecuteResponse answer =
                objects.bucket()
                        .clients()
                        .http()
                        .prepareRequest(HttpExecuteRequest.builder().request(get).build())
                        .call();
        answer.responseBody().ifPresent(AbortableInputStream::abort);
        return answer;
    }
}
