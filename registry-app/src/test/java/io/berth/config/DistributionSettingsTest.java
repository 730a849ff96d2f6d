package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.config.DistributionSettings.Row;
import io.berth.config.DistributionSettings.Verdict;
import io.berth.config.tree.Schema;
import io.berth.config.tree.SettingNames;
import io.berth.config.tree.WrongSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of each setting that distribution has. */
class DistributionSettingsTest {

    private static final String SECRET = "a-value-to-be-kept";

    record Line(String name, String value, String verdict) {

        String variable() {
            return "REGISTRY_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
        }
    }

    static List<Line> lines() throws IOException {
        String file = "distribution-settings.txt";
        try (InputStream in = DistributionSettingsTest.class.getResourceAsStream(file)) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(DistributionSettingsTest::line)
                    .toList();
        }
    }

    private static Line line(String text) {
        String[] parts = text.split(" ");
        String[] setting = parts[0].split("=");
        return new Line(setting[0], setting.length > 1 ? setting[1] : SECRET, parts[1]);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void eachIsDecided(Line line) {
        switch (line.verdict()) {
            case "acted" -> assertThat(shapeOf(line.name())).isNotNull();
            case "fulfilled" -> assertThat(load(line).remarks()).isEmpty();
            case "ignored" ->
                    assertThat(load(line).remarks())
                            .singleElement()
                            .asString()
                            .contains(line.variable(), " has no effect here: ")
                            .doesNotContain(SECRET);
            case "refused" ->
                    assertThatThrownBy(() -> load(line))
                            .isInstanceOf(WrongSettingException.class)
                            .hasMessageContaining(line.variable())
                            .hasMessageContaining(" is set, but ")
                            .hasMessageNotContaining(SECRET);
            default -> throw new IllegalArgumentException(line.toString());
        }
    }

    private static LoadedSettings load(Line line) {
        Map<String, Object> bucket = new TreeMap<>();
        if (line.name().startsWith("storage.s3.")) {
            Settings.BUCKET.forEach((name, value) -> bucket.put("registry." + name, value));
        }
        return LoadedSettings.from(
                Settings.environment(Map.of(line.variable(), line.value()), bucket));
    }

    private static LoadedSettings load(Map<String, Object> variables) {
        return LoadedSettings.from(Settings.environment(variables, Map.of()));
    }

    private static @Nullable Schema shapeOf(String name) {
        SettingNames settingNames = DistributionSettings.settingNames(RegistrySettings.class);
        List<String> path = List.of(name.replace("storage.s3aws", "storage.s3").split("\\."));
        List<String> renamed = name.equals("loglevel") ? List.of("log", "level") : path;
        return Schema.at(settingNames.schema(), renamed);
    }

    @Test
    void everyRowOfTheTableIsForOneOfThem() throws IOException {
        Set<Row> used =
                lines().stream()
                        .map(line -> DistributionSettings.row(line.name()))
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());

        assertThat(used)
                .containsExactlyInAnyOrderElementsOf(
                        DistributionSettings.TABLE.stream()
                                .filter(row -> !row.name().equals("configuration.path"))
                                .toList());
    }

    @Test
    void noRowIsForASettingThatThereIs() {
        assertThat(DistributionSettings.TABLE)
                .allSatisfy(row -> assertThat(shapeOf(row.name())).as(row.name()).isNull());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token",
                "{token: {realm: a-value-to-be-kept}}",
                "{token: }",
                "token:\n  realm: a-value-to-be-kept\n"
            })
    void authenticationThatLacksSomethingIsRefusedHoweverItIsWritten(String value) {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH", value)))
                .hasMessageContaining("auth.token.service is not set, but auth.token is chosen")
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void authenticationThatDistributionHasForTestsIsRefused() {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH", "silly")))
                .hasMessage(
                        "auth.silly (variable REGISTRY_AUTH) is set, but it takes any credentials"
                                + " for right, and is meant for tests of distribution alone. Set"
                                + " auth.htpasswd or auth.token to authenticate clients, or auth to"
                                + " none, and remove the setting.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ldap", "{ldap: }", "{ldap: {url: a-value-to-be-kept}}"})
    void authenticationThatNobodyKnowsIsRefused(String value) {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH", value)))
                .hasMessageContainingAll("There is no setting auth.ldap", "let clients in")
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void aWrongNameInAuthenticationIsRefused() {
        Map<String, Object> misspelled =
                Map.of(
                        "REGISTRY_AUTH_HTPASSWD_PATH", "/p",
                        "REGISTRY_AUTH_HTPASSWD_REALM", "r",
                        "REGISTRY_AUTH_HTPASSWD_RELM", SECRET);
        assertThatThrownBy(() -> load(misspelled))
                .hasMessage(
                        "There is no setting auth.htpasswd.relm (variable"
                                + " REGISTRY_AUTH_HTPASSWD_RELM). Did you mean auth.htpasswd.realm?"
                                + " Correct the name or remove the setting: a start without it could"
                                + " let clients in that you want to keep out.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "{none: }", "", "{}"})
    void noAuthenticationIsWhatThereIs(String value) {
        assertThat(load(Map.of("REGISTRY_AUTH", value)).remarks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gcs", "inmemory", "{gcs: {bucket: b}}", "{inmemory: }", "ceph"})
    void aStoreThatThereIsNotIsRefused(String value) {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_STORAGE", value)))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("Choose storage.filesystem or storage.s3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INMEMORY", "GCS", "CEPH"})
    void aStoreThatThereIsNotIsRefusedWithoutSettingsOfItsOwn(String name) {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_STORAGE_" + name, "{}")))
                .isInstanceOf(WrongSettingException.class)
                .hasMessageContaining("variable REGISTRY_STORAGE_" + name)
                .hasMessageContaining("Choose storage.filesystem or storage.s3");
    }

    @Test
    void aStoreThatThereIsMayHaveNoSettingsOfItsOwn() {
        assertThat(load(Map.of("REGISTRY_STORAGE_FILESYSTEM", "{}")).remarks()).isEmpty();
        assertThat(load(Map.of("REGISTRY_STORAGE_DELETE", "{}")).remarks()).isEmpty();
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH_TOKEN", "{}")))
                .hasMessageContaining("auth.token.service is not set");
    }

    @Test
    void whatMayBeAStoreIsRefused() {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_STORAGE_MAINTENENCE_READONLY", "true")))
                .hasMessageContaining("no setting storage.maintenence.readonly, nor a store")
                .hasMessageContaining("Did you mean storage.maintenance.readonly.enabled?");
    }

    @Test
    void allThatIsRefusedIsToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                load(
                                        Map.of(
                                                "REGISTRY_AUTH_SILLY_REALM", "r",
                                                "REGISTRY_AUTH_SILLY_SERVICE", "s",
                                                "REGISTRY_HTTP_TLS_LETSENCRYPT_EMAIL", "/k",
                                                "REGISTRY_PROXY_REMOTEURL", "https://u:p@h")))
                .hasMessageContainingAll(
                        "auth.silly.realm (variable REGISTRY_AUTH_SILLY_REALM),"
                                + " auth.silly.service",
                        "http.tls.letsencrypt.email",
                        "proxy.remoteurl")
                .hasMessageNotContaining("https://");
    }

    @Test
    void aFileThatIsNamedIsNotPassedOver() {
        assertThatThrownBy(() -> load(Map.of("REGISTRY_CONFIGURATION_PATH", "/etc/config.yml")))
                .hasMessageContaining("that file is not read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http.adr", "htttp.addr", "http.addrs"})
    void whatNobodyKnowsIsNamedWithWhatComesNearest(String name) {
        String variable = "REGISTRY_" + name.toUpperCase(Locale.ROOT).replace('.', '_');

        assertThat(load(Map.of(variable, SECRET)).remarks())
                .containsExactly(
                        "There is no setting %s (variable %s). Did you mean http.addr?"
                                .formatted(name, variable));
    }

    @Test
    void whatIsLikeNothingIsNamedAlone() {
        assertThat(load(Map.of("REGISTRY_SOMETHING_ENTIRELY_DIFFERENT", "1")).remarks())
                .containsExactly(
                        "There is no setting something.entirely.different (variable"
                                + " REGISTRY_SOMETHING_ENTIRELY_DIFFERENT).");
    }

    @Test
    void whatKubernetesTellsIsNoSetting() {
        Map<String, Object> told =
                Stream.of(
                                "REGISTRY_SERVICE_HOST=10.0.0.1",
                                "REGISTRY_SERVICE_PORT=5000",
                                "REGISTRY_SERVICE_PORT_HTTP=5000",
                                "REGISTRY_PORT=tcp://10.0.0.1:5000",
                                "REGISTRY_PORT_5000_TCP=tcp://10.0.0.1:5000",
                                "REGISTRY_PORT_5000_TCP_PROTO=tcp",
                                "REGISTRY_PORT_5000_TCP_ADDR=10.0.0.1",
                                "REGISTRY_AUTH_SERVICE_HOST=10.0.0.2",
                                "REGISTRY_AUTH_PORT=tcp://10.0.0.2:5001")
                        .map(text -> text.split("="))
                        .collect(Collectors.toMap(part -> part[0], part -> part[1]));

        assertThat(load(told).remarks()).isEmpty();
    }

    @Test
    void whatClientsFindTheirCredentialsByIsNoSetting() {
        assertThat(load(Map.of("REGISTRY_AUTH_FILE", "/home/me/auth.json")).remarks()).isEmpty();
        assertThatThrownBy(() -> load(Map.of("REGISTRY_AUTH", "{file: /home/me/auth.json}")))
                .hasMessageContaining("There is no setting auth.file");
    }

    @Test
    void theVerdictMayDependOnTheValue() {
        Row version = Objects.requireNonNull(DistributionSettings.row("version"));

        assertThat(DistributionSettings.verdict(version, "0.1")).isEqualTo(Verdict.FULFILLED);
        assertThat(DistributionSettings.verdict(version, "0.2")).isEqualTo(Verdict.REFUSED);
    }
}
