package io.berth.http.access;

import io.berth.access.AccessPolicy;
import io.berth.access.Action;
import io.berth.access.Caller;
import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.error.ErrorCode;
import io.berth.error.RegistryException;
import io.berth.http.access.Authenticator.Failure;
import io.berth.http.message.ClientId;
import io.berth.http.message.QueryParameter;
import io.berth.http.message.QueryString;
import io.berth.http.response.HeaderedRegistryException;
import io.berth.http.response.RequestId;
import io.berth.http.route.RegistryPath;
import io.berth.http.route.RegistryPath.Base;
import io.berth.http.route.RegistryPath.Root;
import io.berth.http.route.RegistryPath.Server;
import io.berth.http.route.RegistryPath.Uploads;
import io.berth.name.RepositoryName;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request goes on to its action, from the same parsed path that the action gets.
 * The decision reads no body and asks no store, and precedes the refusal of methods that a path
 * does not have. So an answer does not tell whether a repository exists.
 *
 * <p>Where authentication is on, {@code /v2/} asks for credentials even if anonymous clients may
 * pull something: a client that is answered there without a challenge sends none later. {@code /}
 * and OPTIONS are open: load balancers ask the one, browsers the other, without credentials.
 *
 * <p>Safe for use by many threads.
 */
public final class AccessControl {

    /** Characters of a name that is told of. */
    private static final int MAX_USER = 128;

    private final @Nullable Authenticator authenticator;
    private final AccessPolicy policy;
    private final AccessListener listener;

    private AccessControl(
            @Nullable Authenticator authenticator, AccessPolicy policy, AccessListener listener) {
        this.authenticator = authenticator;
        this.policy = policy;
        this.listener = listener;
    }

    /** The same, which tells of refusals. */
    public AccessControl telling(AccessListener told) {
        return new AccessControl(authenticator, policy, told);
    }

    /** Everything for all, without a look at credentials. */
    public static AccessControl open() {
        return withoutAuthentication(AccessPolicy.open());
    }

    /**
     * Every client is anonymous, whatever its credentials are.
     *
     * @param policy what anonymous clients may do
     */
    public static AccessControl withoutAuthentication(AccessPolicy policy) {
        return new AccessControl(null, policy, AccessListener.NONE);
    }

    /**
     * @param policy for identities whose rights do not come with their credentials
     */
    public static AccessControl of(Authenticator authenticator, AccessPolicy policy) {
        return new AccessControl(authenticator, policy, AccessListener.NONE);
    }

    /**
     * The caller of a request that may go on.
     *
     * @throws RegistryException UNAUTHORIZED, with challenges, when other credentials could help;
     *     DENIED when the policy refuses the request to this user; what {@link
     *     Authenticator#authenticate} throws
     */
    public Caller admit(RegistryPath path, HttpServletRequest request) {
        String method = request.getMethod();
        if (path instanceof Root || path instanceof Server || method.equals("OPTIONS")) {
            return caller(Identity.ANONYMOUS, request);
        }
        List<Scope> needed = NeededScopes.of(path, method);
        if (authenticator == null) {
            Caller caller = caller(Identity.ANONYMOUS, request);
            require(caller, needed, request);
            return caller;
        }
        Caller caller = authenticated(authenticator, needed, request);
        if (path instanceof Base && caller.identity().equals(Identity.ANONYMOUS)) {
            throw unauthorized(request, needed, Failure.NO_CREDENTIALS);
        }
        require(caller, needed, request);
        if (path instanceof Uploads uploads) {
            requireSource(caller, uploads, needed, request);
        }
        return caller;
    }

    /**
     * The caller of a request that administers the registry. It has to have a name.
     *
     * @throws RegistryException as {@link #admit}; DENIED also where clients are not authenticated
     */
    public Caller administrator(HttpServletRequest request) {
        if (authenticator == null) {
            throw new RegistryException(
                    ErrorCode.DENIED,
                    "nobody can administer the registry from here, because clients are not"
                            + " authenticated: set auth, or use the debug listener"
                            + " (http.debug.addr)");
        }
        List<Scope> needed = List.of(Scope.administration());
        Caller caller = authenticated(authenticator, needed, request);
        if (caller.kind() == Identity.Kind.ANONYMOUS) {
            throw unauthorized(request, needed, Failure.NO_CREDENTIALS);
        }
        require(caller, needed, request);
        return caller;
    }

    private Caller authenticated(Authenticator by, List<Scope> needed, HttpServletRequest request) {
        Credentials credentials = Credentials.of(request);
        Identity identity =
                switch (credentials) {
                    case Credentials.None _ ->
                            Objects.requireNonNullElse(
                                    by.ofConnection(request), Identity.ANONYMOUS);
                    case Credentials.Malformed _ -> null;
                    case Credentials.Basic _, Credentials.Bearer _ ->
                            by.authenticate(credentials, ClientId.of(request));
                };
        if (identity == null) {
            String user = credentials instanceof Credentials.Basic basic ? basic.user() : "";
            listener.loginFailed(
                    caller(Identity.ANONYMOUS, request),
                    user.length() > MAX_USER ? user.substring(0, MAX_USER) : user);
            throw unauthorized(request, needed, Failure.INVALID_CREDENTIALS);
        }
        return caller(identity, request);
    }

    private void require(Caller caller, List<Scope> needed, HttpServletRequest request) {
        for (Scope scope : needed) {
            if (policy.permits(caller, scope)) {
                continue;
            }
            if (caller.kind() == Identity.Kind.ANONYMOUS
                    && !caller.identity().isLimitedToGrants()
                    && authenticator != null) {
                throw unauthorized(request, needed, Failure.NO_CREDENTIALS);
            }
            listener.denied(caller, needed);
            if (caller.identity().isLimitedToGrants()) {
                throw unauthorized(request, needed, Failure.INSUFFICIENT_SCOPE);
            }
            throw new RegistryException(
                    ErrorCode.DENIED, ErrorCode.DENIED.message(), scope.toString());
        }
    }

    /**
     * Challenges a client whose token does not mention the source of a mount, so that the client
     * can ask for a token that does. A token that mentions the source without pull was refused it
     * before: the action then answers as if the mount were not possible, because most clients give
     * up after an error.
     */
    private void requireSource(
            Caller caller, Uploads path, List<Scope> needed, HttpServletRequest request) {
        if (caller.grants() == null) {
            return;
        }
        RepositoryName source = source(request);
        if (source != null
                && !source.equals(path.repository())
                && caller.grants().stream().noneMatch(grant -> grant.isFor(source))) {
            List<Scope> both = new ArrayList<>(needed);
            both.add(Scope.of(source, Action.PULL));
            throw unauthorized(request, both, Failure.INSUFFICIENT_SCOPE);
        }
    }

    /** {@code null}: nothing is to be mounted, or not from a repository that can exist. */
    private static @Nullable RepositoryName source(HttpServletRequest request) {
        QueryString query = QueryString.of(request.getQueryString());
        try {
            String from = query.first(QueryParameter.FROM);
            return from == null || query.first(QueryParameter.MOUNT) == null
                    ? null
                    : RepositoryName.of(from);
        } catch (RegistryException e) {
            return null; // the action opens an upload then
        }
    }

    private RegistryException unauthorized(
            HttpServletRequest request, List<Scope> needed, Failure failure) {
        List<String> challenges =
                Objects.requireNonNull(authenticator).challenges(request, needed, failure);
        return new HeaderedRegistryException(
                new RegistryException(
                        ErrorCode.UNAUTHORIZED,
                        ErrorCode.UNAUTHORIZED.message(),
                        needed.isEmpty() ? null : detail(needed)),
                Map.of("WWW-Authenticate", challenges));
    }

    /** One entry for each action, as in distribution. */
    private static List<Map<String, String>> detail(List<Scope> needed) {
        List<Map<String, String>> detail = new ArrayList<>();
        for (Scope scope : needed) {
            for (Action action : scope.actions()) {
                Map<String, String> entry = new LinkedHashMap<>();
                entry.put("Type", scope.type());
                entry.put("Class", "");
                entry.put("Name", scope.name());
                entry.put("Action", action.toString());
                detail.add(entry);
            }
        }
        return detail;
    }

    /** The address is not there any more when the connection is already gone. */
    private static Caller caller(Identity identity, HttpServletRequest request) {
        String address = Objects.requireNonNullElse(request.getRemoteAddr(), "");
        return new Caller(identity, address, RequestId.of(request));
    }

    /** Which repositories the current caller may pull from. */
    public Predicate<RepositoryName> readable() {
        Caller caller = Caller.current();
        return repository -> policy.permits(caller, Scope.of(repository, Action.PULL));
    }

    /** Which repositories the catalog shows to the current caller. */
    public Predicate<RepositoryName> listed() {
        Caller caller = Caller.current();
        return repository -> policy.lists(caller, repository);
    }
}
