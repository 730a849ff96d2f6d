package io.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.server.tls.ClientAuth;
import io.berth.server.tls.TlsSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsSettingsTest {

    private static final String SUITE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";

    /**
     * @param settings such as {@code key=/k clientcas=/a}
     */
    private static TlsSettings with(String settings) {
        Map<String, String> values =
                Arrays.stream(settings.split(" "))
                        .map(setting -> setting.split("=", 2))
                        .collect(Collectors.toMap(part -> "http.tls." + part[0], part -> part[1]));
        return Settings.with(new TreeMap<>(values)).http().server().tls();
    }

    @Test
    void isOnWithACertificate() {
        assertThat(with("certificate=/c key=/k").isOn()).isTrue();
        assertThat(with("minimumtls=tls1.3").isOn()).isFalse();
        assertThat(Settings.defaults().http().server().tls().isOn()).isFalse();
    }

    @Test
    void anEmptyPathIsNone() {
        assertThat(Settings.with(Map.of("http.tls.certificate", " ")).http().server().tls().isOn())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "certificate=/c",
                "key=/k",
                "clientcas=/a",
                "clientauth=request-client-cert",
            })
    void refusesHalfOfWhatItTakes(String settings) {
        String name = "http.tls." + settings.split("=")[0];

        assertThatThrownBy(() -> with(settings))
                .hasMessageStartingWith(name + " (")
                .hasMessageContaining(" is set, but ")
                .hasMessageContaining("http.tls.certificate")
                .hasMessageContaining("http.tls.key");
    }

    @ParameterizedTest
    @EnumSource
    void takesTheModesOfDistribution(ClientAuth mode) {
        TlsSettings settings =
                with("certificate=/c key=/k clientcas=/a clientauth=" + mode.toString());

        assertThat(settings.clientAuth()).isEqualTo(mode);
        assertThat(settings.clientCas()).containsExactly(Path.of("/a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-client-cert-if-given", "require-and-verify-client-cert"})
    void refusesToVerifyAgainstNobody(String mode) {
        assertThatThrownBy(() -> with("certificate=/c key=/k clientauth=" + mode))
                .hasMessageContaining(") is " + mode + ", but there is nobody to verify")
                .hasMessageContaining("http.tls.clientcas");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls1.0", "tls1.1", "ssl3", "1.2"})
    void refusesOldVersions(String version) {
        assertThatThrownBy(() -> with("minimumtls=" + version + " certificate=/c key=/k"))
                .hasMessageContaining("http.tls.minimumtls is \"" + version + "\"")
                .hasMessageContaining("but must be tls1.2 or tls1.3, as older versions are not");
    }

    @Test
    void takesSuitesByTheirNames() {
        assertThat(with("certificate=/c key=/k ciphersuites=[" + SUITE + "]").cipherSuites())
                .containsExactly(SUITE);
    }

    /** The second one is known, but its keys have no forward secrecy. */
    @ParameterizedTest
    @CsvSource({"TLS_NONE", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"})
    void refusesSuitesThatAreUnknownOrNotSecure(String suite) {
        assertThatThrownBy(() -> with("certificate=/c key=/k ciphersuites=" + suite))
                .hasMessageContaining(") is " + suite + ", but must be made of names of suites")
                .hasMessageContaining(SUITE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cachefile", "email", "hosts", "directoryurl"})
    void saysWhatToUseInsteadOfFetchingCertificates(String name) {
        assertThatThrownBy(
                        () -> Settings.with(Map.of("http.tls.letsencrypt." + name, "a@b.example")))
                .hasMessageContaining("http.tls.letsencrypt." + name)
                .hasMessageContaining("cert-manager")
                .hasMessageContaining("http.tls.certificate");
    }
}
