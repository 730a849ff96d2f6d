package io.berth.auth.tokenservice;

/** A request for a token that is refused, with what the client is told. */
final class TokenRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param status of the response
     * @param code an error of OAuth 2 (RFC 6749, section 5.2)
     * @param message for people; says nothing of what the client may not know
     */
    TokenRequestException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** Wrong credentials of any kind: the answer does not tell what is wrong with them. */
    static TokenRequestException unauthorized() {
        return new TokenRequestException(401, "invalid_grant", "the credentials are not accepted");
    }

    static TokenRequestException invalid(String message) {
        return new TokenRequestException(400, "invalid_request", message);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** Never {@code null}. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
