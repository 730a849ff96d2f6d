package io.berth.auth.robot;

import io.berth.setting.DefaultValue;

/**
 * Robot accounts ({@code auth.robots}).
 *
 * @param enabled whether they can log in
 */
public record RobotSettings(@DefaultValue("false") boolean enabled) {}
