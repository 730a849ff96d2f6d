package io.berth.object.s3;

/**
 * A bucket cannot be used: what is wrong in one sentence, and in another what to do about it. Names
 * no secret.
 */
public final class S3SetupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String advice;

    S3SetupException(String problem, String advice, Throwable cause) {
        super(problem + " " + advice, cause);
        this.problem = problem;
        this.advice = advice;
    }

    S3SetupException(String problem, String advice) {
        super(problem + " " + advice);
        this.problem = problem;
        this.advice = advice;
    }

    /** What is wrong. */
    public String problem() {
        return problem;
    }

    /** What to do. */
    public String advice() {
        return advice;
    }
}
