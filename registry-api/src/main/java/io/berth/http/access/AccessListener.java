package io.berth.http.access;

import io.berth.access.Caller;
import io.berth.access.Scope;
import java.util.List;

/**
 * Is told of refused requests, but not of those without credentials: most clients send none at
 * first. Safe for use by many threads.
 */
public interface AccessListener {

    /** Does nothing. */
    AccessListener NONE =
            new AccessListener() {
                @Override
                public void loginFailed(Caller client, String user) {}

                @Override
                public void denied(Caller caller, List<Scope> needed) {}
            };

    /**
     * Credentials were not accepted.
     *
     * @param client anonymous
     * @param user the name that the client has sent, of 128 characters at most; empty for a token
     */
    void loginFailed(Caller client, String user);

    /** The caller may not do what it asked for. */
    void denied(Caller caller, List<Scope> needed);
}
