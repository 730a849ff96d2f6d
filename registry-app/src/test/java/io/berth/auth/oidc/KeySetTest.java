package io.berth.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySetTest {

    private static final RSAKey RSA = TestIssuer.rsa("rsa");
    private static final ECKey EC = TestIssuer.ec("ec");

    private static KeySet parse(String document) throws IOException {
        return KeySet.parse(document.getBytes(StandardCharsets.UTF_8));
    }

    private static KeySet of(JWK... keys) throws IOException {
        return parse(new JWKSet(Arrays.asList(keys)).toString(false));
    }

    @Test
    void aKeyIsFoundForTheAlgorithmsOfItsKind() throws IOException {
        KeySet keys = of(RSA, EC);

        for (String name : List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")) {
            assertThat(keys.find("rsa", JWSAlgorithm.parse(name))).isEqualTo(RSA.toPublicJWK());
            assertThat(keys.find("ec", JWSAlgorithm.parse(name))).isNull();
        }
        assertThat(keys.find("ec", JWSAlgorithm.ES256)).isEqualTo(EC.toPublicJWK());
        for (String name :
                List.of("HS256", "HS384", "HS512", "none", "ES384", "ES512", "EdDSA", "XX")) {
            assertThat(keys.find("rsa", JWSAlgorithm.parse(name))).isNull();
            assertThat(keys.find("ec", JWSAlgorithm.parse(name))).isNull();
        }
        assertThat(keys.find("other", JWSAlgorithm.ES256)).isNull();
    }

    @Test
    void theAlgorithmThatAKeyNamesIsItsOnlyOne() throws IOException {
        KeySet keys = of(new RSAKey.Builder(RSA).algorithm(JWSAlgorithm.RS256).build());

        assertThat(keys.find("rsa", JWSAlgorithm.RS256)).isNotNull();
        assertThat(keys.find("rsa", JWSAlgorithm.PS256)).isNull();
        assertThat(keys.find("rsa", JWSAlgorithm.RS512)).isNull();
    }

    @Test
    void ofTwoKeysWithOneIdThatOfTheRightKindIsFound() throws IOException {
        KeySet keys = of(RSA, new ECKey.Builder(EC).keyID("rsa").build());

        assertThat(keys.find("rsa", JWSAlgorithm.RS256)).isInstanceOf(RSAKey.class);
        assertThat(keys.find("rsa", JWSAlgorithm.ES256)).isInstanceOf(ECKey.class);
    }

    static Stream<JWK> useless() throws Exception {
        return Stream.of(
                new OctetSequenceKey.Builder(new byte[64]).keyID("ec").build(),
                new ECKey.Builder(EC).keyUse(KeyUse.ENCRYPTION).build(),
                new ECKey.Builder(EC).keyID(null).build(),
                new RSAKey.Builder(Base64URL.encode(new byte[128]), Base64URL.from("AQAB"))
                        .keyID("small")
                        .build());
    }

    @ParameterizedTest
    @MethodSource("useless")
    void aKeyThatIsNoneOfASignatureIsLeftOut(JWK key) throws IOException {
        assertThat(of(key, RSA).size()).isEqualTo(1);
        assertThatThrownBy(() -> of(key)).hasMessageContaining("none that can be used");
    }

    @Test
    void privateKeysAreNotKept() throws IOException {
        assertThat(of(EC).find("ec", JWSAlgorithm.ES256))
                .satisfies(key -> assertThat(key.isPrivate()).isFalse());
    }

    @Test
    void aKeyThatIsNotUnderstoodDoesNotHideTheOthers() throws IOException {
        String broken =
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"kid\":\"b\"}";
        String unknown = "{\"kty\":\"ML-DSA\",\"kid\":\"u\"}";
        String good = EC.toPublicJWK().toJSONString();

        KeySet keys = parse("{\"keys\":[" + broken + "," + unknown + "," + good + "]}");
        assertThat(keys.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "null",
                "{\"keys\":{}}",
                "{\"keys\":[1]}",
                "{\"keys\":[]}",
                "<html>",
                "{\"keys\":",
                "{\"keys\":[{\"kty\":1}]}"
            })
    void whatIsNoSetOfKeysIsRefused(String document) {
        assertThatThrownBy(() -> parse(document)).isInstanceOf(IOException.class);
    }

    @Test
    void deepNestingIsRefused() {
        for (int depth : new int[] {300, 100_000}) {
            String deep = "{\"keys\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
            assertThatThrownBy(() -> parse(deep)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void tooManyKeysAreRefused() {
        List<JWK> many = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            many.add(new ECKey.Builder(EC).keyID("k" + i).build());
        }

        assertThatThrownBy(() -> of(many.toArray(JWK[]::new))).hasMessageContaining("too many");
    }
}
