package io.berth.object.s3.setting;

import io.berth.setting.DefaultValue;
import io.berth.setting.Secret;
import io.berth.setting.SettingChecks;
import org.jspecify.annotations.Nullable;

/**
 * What requests are signed with.
 *
 * @param accessKey {@code null}: what the environment, a profile or the machine has
 * @param secretKey {@code null} with the {@code accessKey}
 * @param sessionToken of temporary credentials; {@code null}: they are permanent
 * @param v4Auth always {@code true}: how requests are signed
 */
public record CredentialSettings(
        @Nullable Secret accessKey,
        @Nullable Secret secretKey,
        @Nullable Secret sessionToken,
        @DefaultValue("true") boolean v4Auth) {

    public CredentialSettings {
        accessKey = Secret.presentOrNull(accessKey);
        secretKey = Secret.presentOrNull(secretKey);
        sessionToken = Secret.presentOrNull(sessionToken);
        SettingChecks.refuseIf(
                accessKey != null && secretKey == null,
                "storage.s3.accesskey is set, but storage.s3.secretkey is not: set both, or neither"
                        + " to take what the environment has");
        SettingChecks.refuseIf(
                accessKey == null && secretKey != null,
                "storage.s3.secretkey is set, but storage.s3.accesskey is not: set both, or neither"
                        + " to take what the environment has");
        SettingChecks.refuseIf(
                accessKey == null && sessionToken != null,
                "storage.s3.sessiontoken is set, but storage.s3.accesskey and storage.s3.secretkey,"
                        + " which it belongs to, are not");
        S3Settings.require(
                v4Auth, "v4auth", false, "true: there is no other way to sign requests any more");
    }
}
