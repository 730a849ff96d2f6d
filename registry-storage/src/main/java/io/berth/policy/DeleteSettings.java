package io.berth.policy;

import io.berth.setting.DefaultValue;

/** Whether clients may delete blobs, tags and manifests ({@code storage.delete}). */
public record DeleteSettings(@DefaultValue("true") boolean enabled) {}
