package io.berth.http;

import io.berth.name.Platform;
import io.berth.setting.DefaultValue;

/**
 * How manifests are handed out ({@code manifests}).
 *
 * @param accept what a request's Accept headers decide
 * @param defaultPlatform what a client gets that asks for a tag of a docker manifest list and takes
 *     only single images
 */
public record ManifestSettings(
        @DefaultValue("negotiated") AcceptMode accept,
        @DefaultValue("linux/amd64") Platform defaultPlatform) {}
