package io.berth.server;

import io.berth.error.ErrorCode;
import io.berth.error.RegistryError;
import io.berth.http.RegistryApi;
import io.berth.http.response.ErrorResponse;
import io.berth.server.connection.Connection;
import io.berth.server.connection.RequestExecutor;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers GET and HEAD requests of the API without Tomcat's and Spring's pipelines, which take more
 * processor time for a manifest than the registry does. All other requests go through the
 * pipelines: those with bodies, with paths that have to be decoded or normalized, with other
 * methods, and those that are not of the API. Also answers {@code OPTIONS *}, which reaches neither
 * pipeline. Safe for use by many threads.
 */
final class ReadAdapter extends CoyoteAdapter {

    private static final Logger log = LoggerFactory.getLogger(ReadAdapter.class);

    private static final int MAX_BRIEF_BYTES = 32 * 1024;

    private final Connector connector;
    private final Supplier<RegistryApi> api;
    private final AdmissionValve admission;
    private final FixedHeadersValve headers;

    ReadAdapter(
            Connector connector,
            Supplier<RegistryApi> api,
            AdmissionValve admission,
            FixedHeadersValve headers) {
        super(connector);
        this.connector = connector;
        this.api = api;
        this.admission = admission;
        this.headers = headers;
    }

    @Override
    public void service(org.apache.coyote.Request req, org.apache.coyote.Response res)
            throws Exception {
        if (!isPlainRead(req, res) || !api.get().covers(path(req)) || !answers(request(req, res))) {
            super.service(req, res);
        }
        Connection connection = Connection.current();
        if (connection != null) {
            connection.answered(isBrief(req, res));
        }
    }

    /** Answers {@code OPTIONS *}, for which Tomcat would list the methods of servlets. */
    @Override
    protected boolean postParseRequest(
            org.apache.coyote.Request req,
            Request request,
            org.apache.coyote.Response res,
            Response response)
            throws IOException, ServletException {
        if (res.isError() || !"OPTIONS".equals(req.getMethod()) || !req.requestURI().equals("*")) {
            return super.postParseRequest(req, request, res, response);
        }
        headers.addTo(response);
        answerOrFail(request, response);
        AdmissionValve.closeWithUnreadBody(request, response);
        return false; // so that Tomcat does not answer
    }

    /** Whether the response is so short that the client's next request may arrive at once. */
    private static boolean isBrief(org.apache.coyote.Request req, org.apache.coyote.Response res) {
        return res.getContentLengthLong() <= MAX_BRIEF_BYTES || "HEAD".equals(req.getMethod());
    }

    private static boolean isPlainRead(
            org.apache.coyote.Request req, org.apache.coyote.Response res) {
        String method = req.getMethod();
        return ("GET".equals(method) || "HEAD".equals(method))
                && !res.isError()
                && req.isFinished()
                && isPlain(req.requestURI())
                && !RequestExecutor.isBeyondLimit();
    }

    /** Whether decoding and normalizing would change nothing. */
    private static boolean isPlain(MessageBytes uri) {
        if (uri.getType() != MessageBytes.T_BYTES) {
            return false;
        }
        ByteChunk bytes = uri.getByteChunk();
        byte[] buffer = bytes.getBuffer();
        byte before = 0;
        for (int i = bytes.getStart(); i < bytes.getEnd(); i++) {
            byte next = buffer[i];
            boolean plain =
                    (next >= 'a' && next <= 'z')
                            || (next >= '0' && next <= '9')
                            || (next >= 'A' && next <= 'Z')
                            || next == ':'
                            || next == '-'
                            || next == '_'
                            || ((next == '/' || next == '.') && before != '/');
            if (!plain) {
                return false;
            }
            before = next;
        }
        return true;
    }

    /** The path, read without the conversion that would make Tomcat take it for decoded. */
    private static String path(org.apache.coyote.Request req) {
        return req.requestURI().getByteChunk().toString();
    }

    /** Tomcat's request object, which it reuses for all requests of a processor. */
    private Request request(org.apache.coyote.Request req, org.apache.coyote.Response res) {
        if (req.getNote(ADAPTER_NOTES) instanceof Request known) {
            return known;
        }
        Request request = connector.createRequest(req);
        Response response = connector.createResponse(res);
        request.setResponse(response);
        response.setRequest(request);
        req.setNote(ADAPTER_NOTES, request);
        res.setNote(ADAPTER_NOTES, response);
        return request;
    }

    private boolean answers(Request request) {
        String client = admission.tryAcquire(request);
        if (client == null) {
            return false; // AdmissionValve then refuses the request
        }
        try {
            answer(request, request.getResponse());
            return true;
        } finally {
            admission.release(client);
        }
    }

    private void answer(Request request, Response response) {
        try {
            if (request.getCoyoteRequest().scheme().isNull()) {
                request.getCoyoteRequest().scheme().setString(connector.getScheme());
            }
            request.setSecure(connector.getSecure());
            headers.addTo(response);
            answerOrFail(request, response);
            request.finishRequest();
            response.finishResponse();
        } catch (IOException e) {
            log.debug("the client did not receive the whole response", e);
        } finally {
            request.recycle();
            response.recycle();
        }
    }

    private void answerOrFail(Request request, Response response) throws IOException {
        try {
            api.get().answer(request, response);
        } catch (IOException e) {
            throw e;
        } catch (Exception | Error e) {
            if (response.isCommitted()) {
                // ErrorResolver has logged it.
                response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, e);
                throw new IOException("the response had begun and is aborted", e);
            }
            log.error("{} {}: 500", request.getMethod(), request.getRequestURI(), e);
            List<RegistryError> errors = List.of(RegistryError.of(ErrorCode.UNKNOWN));
            ErrorResponse.send(request, response, 500, errors, Map.of());
        }
    }
}
