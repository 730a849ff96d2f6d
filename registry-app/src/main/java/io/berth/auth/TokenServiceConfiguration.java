package io.berth.auth;

import io.berth.access.AccessPolicy;
import io.berth.auth.tokenservice.TokenApi;
import io.berth.auth.tokenservice.TokenService;
import io.berth.document.SharedDocuments;
import io.berth.http.route.UrlSettings;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the token service, where {@code auth.tokenservice} is set. */
@Configuration(proxyBeanMethods = false)
public class TokenServiceConfiguration {

    /** {@code null} where the registry issues no tokens. */
    @Bean
    @Nullable TokenService tokenService(
            AuthSettings settings,
            SharedDocuments documents,
            PasswordAuthenticators passwords,
            AccessPolicy policy,
            Clock clock) {
        return settings.tokenService() == null
                ? null
                : TokenService.of(
                        settings.tokenService(), documents, passwords.all(), policy, clock);
    }

    /** {@code null} where the registry issues no tokens. */
    @Bean
    @Nullable TokenApi tokenApi(Optional<TokenService> service, UrlSettings urls) {
        return service.map(issuing -> new TokenApi(issuing, urls.prefix())).orElse(null);
    }
}
