package io.berth.auth.oidc;

import io.berth.setting.DefaultValue;
import io.berth.setting.GoDuration;
import io.berth.setting.SettingChecks;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One platform whose workloads are let in ({@code auth.oidc.NAME}).
 *
 * @param issuer the URL that tokens have as their issuer
 * @param audience what tokens must be issued for: one of these
 * @param required what claims must be, by their names: each of them one of the texts, which may
 *     have wildcards
 * @param name a template of what a workload is called, behind the name of these settings and a
 *     colon
 * @param groups templates of the groups that it belongs to, in the same way
 * @param claims the names of claims that access policies can look at
 * @param lifetime the longest time from the issue of a token to its end
 * @param jwksUri where the keys are; {@code null}: where the discovery document of the issuer says
 * @param jwks a file with the keys instead; {@code null}: they are fetched
 * @param ca a PEM file of the authorities whose certificates the servers have; {@code null}: those
 *     that the JDK trusts
 * @param bearerToken a file with a token for the server that is asked for keys; {@code null}: it
 *     needs none
 * @param insecure whether keys may be fetched without TLS from other machines
 */
public record OidcSettings(
        @DefaultValue("") String issuer,
        @DefaultValue({}) List<String> audience,
        Map<String, List<String>> required,
        @DefaultValue("{sub}") String name,
        @DefaultValue({}) List<String> groups,
        @DefaultValue({}) List<String> claims,
        @DefaultValue("24h") GoDuration lifetime,
        @Nullable URI jwksUri,
        @Nullable Path jwks,
        @Nullable Path ca,
        @Nullable Path bearerToken,
        @DefaultValue("false") boolean insecure) {

    /** Of each list. */
    private static final int MOST = 50;

    private static final Duration LONGEST = Duration.ofDays(366);

    public OidcSettings {
        audience = List.copyOf(audience);
        groups = List.copyOf(groups);
        claims = List.copyOf(claims);
        requirePresent(
                !issuer.isEmpty(), "issuer", "the URL that tokens have as iss, as it stands there");
        SettingChecks.require(
                isUrl(issuer, insecure || jwks != null || jwksUri != null),
                "auth.oidc.*.issuer",
                issuer,
                "an https:// URL without a query; http:// only for this machine, or with insecure");
        requirePresent(
                audience.stream().anyMatch(one -> !one.isBlank()),
                "audience",
                "what tokens have as aud when they are for this registry");
        requirePresent(
                !required.isEmpty(),
                "required",
                "the claims that only your own workloads have, such as {repository_owner: acme}:"
                        + " everyone can have a token of a public platform");
        required.forEach(OidcSettings::requireClaim);
        requireTemplate("name", name);
        groups.forEach(group -> requireTemplate("groups", group));
        requireFew("groups", groups);
        requireFew("claims", claims);
        SettingChecks.require(
                lifetime.duration().compareTo(Duration.ofMinutes(1)) >= 0
                        && lifetime.duration().compareTo(LONGEST) <= 0,
                "auth.oidc.*.lifetime",
                lifetime,
                "from 1m to 8784h");
        SettingChecks.refuseIf(
                jwks != null && jwksUri != null,
                "auth.oidc.*.jwks and auth.oidc.*.jwksuri are both set: remove one of them");
        SettingChecks.require(
                jwksUri == null || IssuerUrl.isAllowed(jwksUri, insecure),
                "auth.oidc.*.jwksuri",
                String.valueOf(jwksUri),
                "an https:// URL; http:// only for this machine, or with insecure");
    }

    private static void requirePresent(boolean present, String name, String meaning) {
        SettingChecks.refuseIf(
                !present, "auth.oidc.*." + name + " is not set, but is needed: set " + meaning);
    }

    private static boolean isUrl(String issuer, boolean insecure) {
        URI uri = IssuerUrl.parse(issuer);
        return uri != null && IssuerUrl.isAllowed(uri, insecure) && uri.getRawQuery() == null;
    }

    private static void requireClaim(String claim, List<String> texts) {
        SettingChecks.require(
                !claim.equals(claim.toUpperCase(Locale.ROOT)),
                "auth.oidc.*.required",
                claim,
                "named by claims as tokens have them, in lower case mostly; a variable of its own"
                        + " cannot be used for a claim with an underscore: write"
                        + " auth.oidc.*.required as {claim: [text]}");
        SettingChecks.refuseIf(
                texts.isEmpty() || texts.stream().anyMatch(String::isBlank),
                "auth.oidc.*.required has the claim "
                        + claim
                        + " without a text that it must be: add one, or remove the claim");
        requireFew("required", texts);
    }

    private static void requireTemplate(String setting, String template) {
        try {
            ClaimTemplate.of(template);
        } catch (IllegalArgumentException e) {
            SettingChecks.require(
                    false, "auth.oidc.*." + setting, template, String.valueOf(e.getMessage()));
        }
    }

    private static void requireFew(String setting, List<String> values) {
        SettingChecks.require(
                values.size() <= MOST,
                "auth.oidc.*." + setting,
                values.size() + " values long",
                MOST + " values long at most");
    }
}
