package io.berth.server;

import java.time.Duration;
import org.apache.coyote.ProtocolHandler;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Lets files that are being sent arrive when the server stops: after the last request was handled,
 * before connections are closed. They are given the same time as requests were.
 */
final class SendfileDrain implements SmartLifecycle {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final WebServerApplicationContext context;
    private volatile boolean running;

    SendfileDrain(WebServerApplicationContext context) {
        this.context = context;
    }

    @Override
    public void start() {
        running = true;
    }

    /** Returns at once; the time limit is that of the application's stop. */
    @Override
    public void stop(Runnable done) {
        Thread.ofPlatform()
                .daemon()
                .name("sendfile-drain")
                .start(
                        () -> {
                            try {
                                stop();
                            } finally {
                                done.run(); // or the application waits for it in vain
                            }
                        });
    }

    @Override
    public void stop() {
        try {
            while (isSending()) {
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running = false;
    }

    private boolean isSending() {
        return context.getWebServer() instanceof TomcatWebServer server
                && protocol(server) instanceof DrainableProtocol protocol
                && protocol.isSending();
    }

    private static ProtocolHandler protocol(TomcatWebServer server) {
        return server.getTomcat().getConnector().getProtocolHandler();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Between the end of requests and the end of connections. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE - 1;
    }
}
