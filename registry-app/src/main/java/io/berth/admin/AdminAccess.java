package io.berth.admin;

import io.berth.access.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Function;

/**
 * Who may use the API on one listener.
 *
 * @param admission the caller of a request that may go on; throws what refuses it
 */
record AdminAccess(Function<HttpServletRequest, Caller> admission) {}
