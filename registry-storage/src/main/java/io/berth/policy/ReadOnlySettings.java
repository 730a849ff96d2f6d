package io.berth.policy;

import io.berth.setting.DefaultValue;

/** Whether everything that writes is refused ({@code storage.maintenance.readonly}). */
public record ReadOnlySettings(@DefaultValue("false") boolean enabled) {}
