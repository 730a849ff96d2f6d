package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.config.tree.Schema;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Settings as the application loads them. */
public final class Settings {

    /** The least that is a place in S3. */
    static final Map<String, String> BUCKET =
            Map.of("storage.s3.region", "us-east-1", "storage.s3.bucket", "images");

    private static final String S3 = "storage.s3.";
    private static final String TLS = "http.tls.";

    /** What most settings of TLS need. */
    private static final Map<String, String> TLS_FILES =
            Map.of("http.tls.certificate", "/certificate", "http.tls.key", "/key");

    /** Settings that exist because others write them down. */
    private static final Set<String> ONLY_DEFAULT = Set.of("storage.s3.v4auth");

    private Settings() {}

    static RegistrySettings defaults() {
        return with(Map.of());
    }

    /**
     * @param values by names as they are documented
     */
    public static RegistrySettings with(Map<String, String> values) {
        Map<String, Object> properties = new TreeMap<>();
        values.forEach((name, value) -> properties.put("registry." + name, value));
        LoadedSettings loaded = LoadedSettings.from(environment(Map.of(), properties));
        assertThat(loaded.remarks()).isEmpty();
        return loaded.settings();
    }

    /** An environment with nothing but these. */
    public static ConfigurableEnvironment environment(
            Map<String, Object> variables, Map<String, Object> properties) {
        StandardEnvironment environment =
                new StandardEnvironment() {
                    @Override
                    public Map<String, Object> getSystemEnvironment() {
                        return variables;
                    }
                };
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                        new MapPropertySource("properties", properties));
        return environment;
    }

    /**
     * As {@link #with(Map)}, and makes sure that the values are all there are in a group and that
     * each differs from its default.
     */
    static RegistrySettings withAll(String group, Map<String, String> values) {
        withEach(group, values);
        return with(values);
    }

    /** As {@link #withAll}, for values that do not go together. */
    static void withEach(String group, Map<String, String> values) {
        assertThat(values.keySet().stream().map(Settings::plain).collect(Collectors.toSet()))
                .as("settings of %s", group)
                .containsExactlyInAnyOrderElementsOf(
                        Schema.names(Schema.of(RegistrySettings.class)).stream()
                                .filter(name -> name.startsWith(group + "."))
                                .filter(name -> name.startsWith(S3) == group.equals("storage.s3"))
                                .toList());
        values.forEach(
                (name, value) -> {
                    if (!ONLY_DEFAULT.contains(name)) {
                        assertThat(with(name, value))
                                .as("%s=%s against the default", name, value)
                                .isNotEqualTo(least(name));
                    }
                });
    }

    /** A setting together with those that it cannot be made without. */
    static RegistrySettings with(String name, String value) {
        Map<String, String> values = new TreeMap<>(prerequisites(name));
        values.put(name.replace("*", "example"), value);
        return with(values);
    }

    /** The defaults of all settings around this one. */
    static RegistrySettings least(String name) {
        return name.startsWith("auth.")
                ? with(prerequisites(name))
                : name.startsWith(S3) ? with(BUCKET) : defaults();
    }

    private static Map<String, String> prerequisites(String name) {
        if (name.startsWith(TLS)) {
            return name.equals(TLS + "minimumtls") ? Map.of() : TLS_FILES;
        }
        if (name.startsWith("auth.htpasswd.")) {
            return Map.of("auth.htpasswd.realm", "r", "auth.htpasswd.path", "/p");
        }
        if (name.startsWith("auth.oidc.")) {
            return Map.of(
                    "auth.oidc.example.issuer", "https://id.example.com",
                    "auth.oidc.example.audience", "registry.example.com",
                    "auth.oidc.example.required.sub", "job");
        }
        if (name.startsWith("auth.tokenservice.")) {
            Map<String, String> others =
                    new TreeMap<>(
                            Map.of(
                                    "auth.htpasswd.realm", "r",
                                    "auth.htpasswd.path", "/p",
                                    "auth.tokenservice.service", "s"));
            if (name.endsWith(".certificate") || name.endsWith(".key")) {
                others.put("auth.tokenservice.certificate", "/c");
                others.put("auth.tokenservice.key", "/k");
            }
            return others;
        }
        if (name.equals("auth.certificate.groups")) {
            return Map.of("auth.certificate.name", "dns");
        }
        if (name.startsWith("auth.token.")) {
            return Map.of(
                    "auth.token.realm", "https://auth.example.com/token",
                    "auth.token.service", "s",
                    "auth.token.issuer", "i",
                    "auth.token.jwks", "/keys");
        }
        if (!name.startsWith(S3)) {
            return Map.of();
        }
        Map<String, String> others = new TreeMap<>(BUCKET);
        switch (name.substring(S3.length())) {
            case "accesskey", "secretkey", "sessiontoken" -> {
                others.put("storage.s3.accesskey", "its name");
                others.put("storage.s3.secretkey", "its password");
            }
            case "keyid" -> others.put("storage.s3.encrypt", "true");
            default -> {} // stands for itself
        }
        return others;
    }

    /** Without the index of a list and the key of a map. */
    private static String plain(String name) {
        return name.replaceAll("\\[\\d+]", "")
                .replaceAll("^(http\\.headers)\\..*", "$1")
                .replaceAll("^(auth\\.oidc\\.)\\w+(\\.\\w+).*", "$1*$2");
    }
}
