package io.berth.object.s3.bucket;

/**
 * A bucket cannot be used. The message says in one sentence what is wrong, and then what to do. It
 * contains no secret.
 */
public final class S3SetupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String advice;

    public S3SetupException(String problem, String advice, Throwable cause) {
        super(problem + " " + advice, cause);
        this.problem = problem;
        this.advice = advice;
    }

    public S3SetupException(String problem, String advice) {
        super(problem + " " + advice);
        this.problem = problem;
        this.advice = advice;
    }

    /** What is wrong: a sentence. */
    public String problem() {
        return problem;
    }

    /** What to do: a sentence or two. */
    public String advice() {
        return advice;
    }
}
