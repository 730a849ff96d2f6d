package io.berth.config;

import io.berth.http.route.UrlSettings;
import io.berth.server.ServerSettings;
import io.berth.setting.Secret;
import io.berth.setting.Unwrapped;
import org.jspecify.annotations.Nullable;

/**
 * How the registry is reached.
 *
 * @param secret what the ids of uploads are made with, on all replicas; {@code null}: what the
 *     registry made for itself and keeps with the content
 */
public record HttpSettings(
        @Unwrapped ServerSettings server, @Unwrapped UrlSettings urls, @Nullable Secret secret) {

    public HttpSettings {
        secret = Secret.presentOrNull(secret);
    }
}
