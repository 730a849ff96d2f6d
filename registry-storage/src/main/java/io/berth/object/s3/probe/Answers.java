package io.berth.object.s3.probe;

import io.berth.object.s3.bucket.S3Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/** Interprets the responses of the server in a trial. */
final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /**
     * Whether the server carries out a request.
     *
     * @throws InconclusiveException when the response does not show it
     */
    static boolean isAccepted(Runnable request) {
        return status(request) == 200;
    }

    /**
     * Whether the server refuses a request because its condition does not hold.
     *
     * @throws InconclusiveException when the response does not show it
     */
    static boolean isRefused(Runnable request) {
        int status = status(request);
        return status == 412 || status == 409 || status == 404;
    }

    /**
     * The HTTP status of the response.
     *
     * @throws InconclusiveException when the failure does not show what the server can do
     */
    static int status(Runnable request) {
        try {
            request.run();
            return 200;
        } catch (SdkException e) {
            log.debug("a request of a trial failed", e);
            if (InconclusiveException.isInconclusive(e)) {
                throw new InconclusiveException(e);
            }
            return S3Errors.status(e);
        }
    }
}
