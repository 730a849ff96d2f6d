package io.berth.config;

import io.berth.config.tree.NearestName;
import io.berth.config.tree.Schema;
import io.berth.config.tree.SettingNames;
import io.berth.config.tree.SettingTree.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the settings of distribution mean that no record here has. Where the registry would be less
 * safe without one, or would lose something, it does not start. What asks for something else that
 * it does not have is named in a warning. So is a name that distribution does not know either,
 * except in {@code storage} and {@code auth}: there it ends the start.
 */
final class DistributionSettings {

    /** What becomes of a setting. */
    enum Verdict {
        /** It asks for what is done anyway. */
        FULFILLED,
        /** It is named in a warning. */
        IGNORED,
        /** It ends the start. */
        REFUSED
    }

    /**
     * A row of the table.
     *
     * @param name of a setting, or of a group for everything in it; the longest that fits counts
     * @param fulfilled a value with which the setting asks for what is done anyway
     * @param sentence why it has no effect, or what would happen without it
     * @param advice what to do where it ends the start
     */
    record Row(
            String name,
            Verdict verdict,
            @Nullable String fulfilled,
            String sentence,
            String advice) {}

    private static final String ELSEWHERE =
            "content would be kept in a folder of this machine instead of there";
    private static final String STORES =
            "Choose storage.filesystem or storage.s3, which are the stores that there are";

    private static final String CORRECT =
            "Correct the name or remove the setting: a start without it could keep content in"
                    + " another place than you want, or let clients delete it";
    private static final String CORRECT_AUTH =
            "Correct the name or remove the setting: a start without it could let clients in that"
                    + " you want to keep out";
    private static final String CACHE = "descriptors are cached in memory, as far as it allows";

    static final List<Row> TABLE =
            List.of(
                    refused(
                            "auth.silly",
                            "it takes any credentials for right, and is meant for tests of"
                                    + " distribution alone",
                            "Set auth.htpasswd or auth.token to authenticate clients, or auth to none, and remove"
                                    + " the setting"),
                    refused(
                            "http.tls.letsencrypt",
                            "the registry does not fetch certificates itself, so that content and"
                                    + " passwords would be sent unencrypted",
                            "Have certbot, acme.sh or cert-manager fetch them, and name their files"
                                    + " in http.tls.certificate and http.tls.key, which are read"
                                    + " again when they change; or put a proxy in front that"
                                    + " fetches them"),
                    refused(
                            "http.net",
                            "tcp",
                            "the registry can only listen on TCP, which more clients reach than a"
                                    + " socket file",
                            "Set http.addr to an address such as 127.0.0.1:5000, and remove the"
                                    + " setting"),
                    refused(
                            "proxy",
                            "there are no pull-through caches yet, so that an empty registry would"
                                    + " start, which takes pushes",
                            "Remove the setting where an ordinary registry is wanted"),
                    refused(
                            "notifications.endpoints",
                            "there are no notifications yet, so that all events would be lost",
                            "Remove the setting where nothing depends on them"),
                    refused(
                            "middleware",
                            "there is no middleware, so that what it restricts or redirects would"
                                    + " not be",
                            "Remove the setting where nothing depends on it; storage.redirect and"
                                    + " storage.s3.redirectendpoint say where clients fetch blobs"),
                    refused("storage.inmemory", ELSEWHERE, STORES),
                    refused("storage.gcs", ELSEWHERE, STORES),
                    refused("storage.azure", ELSEWHERE, STORES),
                    refused("storage.oss", ELSEWHERE, STORES),
                    refused("storage.swift", ELSEWHERE, STORES),
                    refused(
                            "configuration.path",
                            "that file is not read, so that nothing it sets would count, protection"
                                    + " included",
                            "Set what is in it by variables, and remove the setting"),
                    refused(
                            "version",
                            "0.1",
                            "only version 0.1 of distribution's configuration is understood",
                            "Remove the setting, or set it to 0.1"),
                    ignored(
                            "storage.filesystem.maxthreads",
                            "http.maxthreads bounds what happens at the same time"),
                    ignored(
                            "storage.s3.multipartcombinesmallpart",
                            "storage.s3.chunksize alone decides how long parts are"),
                    ignored("storage.cache", CACHE),
                    fulfilled("storage.cache.blobdescriptor", "inmemory", CACHE),
                    ignored("redis", "caches are kept in memory"),
                    ignored("notifications.events", "there are no notifications yet"),
                    ignored("notifications.eventconfig", "there are no notifications yet"),
                    fulfilled("log.formatter", "text", "lines of the log are text"),
                    ignored("log.fields", "lines of the log have no further fields"),
                    fulfilled("log.accesslog.disabled", "true", "there is no access log yet"),
                    fulfilled("log.reportcaller", "false", "the log does not name lines of code"),
                    ignored("log.hooks", "nothing that is logged is sent by mail"),
                    ignored("http.debug.prometheus", "there are no metrics yet"),
                    fulfilled("http.http2.disabled", "true", "only HTTP/1.1 is spoken"),
                    fulfilled("http.h2c.enabled", "false", "only HTTP/1.1 is spoken"),
                    ignored("health.file", "only the store is watched"),
                    ignored("health.filecheckers", "only the store is watched"),
                    ignored("health.http", "only the store is watched"),
                    ignored("health.httpcheckers", "only the store is watched"),
                    ignored("health.tcp", "only the store is watched"),
                    ignored("health.tcpcheckers", "only the store is watched"),
                    ignored(
                            "validation.enabled",
                            "what validation.manifests says is always checked; to refuse all layers"
                                    + " with addresses, set validation.manifests.urls.deny to .*"),
                    fulfilled(
                            "validation.disabled",
                            "false",
                            "what validation.manifests says is always checked"),
                    fulfilled(
                            "validation.manifests.indexes.platforms",
                            "all",
                            "validation.manifests.references says whether images of an index may be"
                                    + " missing"),
                    ignored(
                            "validation.manifests.indexes.platformlist",
                            "validation.manifests.references says whether images of an index may be"
                                    + " missing"),
                    ignored("reporting", "errors are only logged"),
                    ignored("compatibility", "manifests of schema 1 are not taken"));

    /**
     * @param refusals sentences that end the start
     * @param remarks sentences to be logged
     */
    record Judgement(List<String> refusals, List<String> remarks) {}

    private DistributionSettings() {}

    private static Row refused(String name, String sentence, String advice) {
        return new Row(name, Verdict.REFUSED, null, sentence, advice);
    }

    private static Row refused(String name, String fulfilled, String sentence, String advice) {
        return new Row(name, Verdict.REFUSED, fulfilled, sentence, advice);
    }

    private static Row ignored(String name, String sentence) {
        return new Row(name, Verdict.IGNORED, null, sentence, "");
    }

    private static Row fulfilled(String name, String value, String otherwise) {
        return new Row(name, Verdict.IGNORED, value, otherwise, "");
    }

    /** Other names of distribution's, and where a text names the member to use. */
    static SettingNames settingNames(Class<? extends Record> settings) {
        Schema.Group schema = Schema.of(settings);
        Set<String> kept = new LinkedHashSet<>(groupsOf(schema, "storage"));
        kept.removeAll(Set.of("filesystem", "s3"));
        kept.add("cache");
        return new SettingNames(
                schema,
                Map.of("storage.s3aws", "storage.s3", "loglevel", "log.level"),
                Map.of("storage", kept, "auth", Set.of()));
    }

    private static Set<String> groupsOf(Schema.Group schema, String name) {
        return schema.members().get(name) instanceof Schema.Group group
                ? group.members().keySet()
                : Set.of();
    }

    /** The row for a setting; {@code null}: distribution does not know it either. */
    static @Nullable Row row(String path) {
        Row longest = null;
        for (Row row : TABLE) {
            boolean fits = path.equals(row.name()) || path.startsWith(row.name() + ".");
            if (fits && (longest == null || longest.name().length() < row.name().length())) {
                longest = row;
            }
        }
        return longest;
    }

    static Verdict verdict(Row row, String value) {
        return value.equals(row.fulfilled()) ? Verdict.FULFILLED : row.verdict();
    }

    /** The first parts of the names of all settings, of those as well that have no effect here. */
    static Set<String> groups(Schema.Group schema) {
        Set<String> groups = new LinkedHashSet<>(schema.members().keySet());
        TABLE.forEach(row -> groups.add(row.name().split("\\.")[0]));
        return groups;
    }

    /**
     * @param schema the settings that there are
     */
    static Judgement judge(List<Entry> unknown, Schema.Group schema) {
        Map<Row, List<Entry>> refused = new LinkedHashMap<>();
        List<String> refusals = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        for (Entry entry : unknown) {
            Row row = row(entry.path());
            if (row == null) {
                (correction(entry).isEmpty() ? remarks : refusals).add(unknown(entry, schema));
                continue;
            }
            if (entry.bare()) {
                continue;
            }
            switch (verdict(row, entry.text())) {
                case FULFILLED -> {} // nothing to be said
                case IGNORED -> remarks.add(ignored(entry, row));
                case REFUSED -> refused.computeIfAbsent(row, _ -> new ArrayList<>()).add(entry);
            }
        }
        refused.forEach((row, entries) -> refusals.add(refused(row, entries)));
        return new Judgement(refusals, remarks);
    }

    /** What to do about a wrong name where that ends the start; otherwise empty. */
    private static String correction(Entry entry) {
        return isOfStorage(entry) ? CORRECT : entry.path().startsWith("auth.") ? CORRECT_AUTH : "";
    }

    /** There a wrong name can cost content, or keep it in another place than was meant. */
    private static boolean isOfStorage(Entry entry) {
        return entry.path().startsWith("storage.");
    }

    /** Whatever is in the group and is no setting names a store, as in distribution. */
    private static boolean isStore(Entry entry, Schema.Group schema) {
        return isOfStorage(entry)
                && !groupsOf(schema, "storage").contains(entry.path().split("\\.")[1]);
    }

    private static String unknown(Entry entry, Schema.Group schema) {
        boolean store = isStore(entry, schema);
        String meant =
                NearestName.to(entry.path(), Schema.names(schema))
                        .map(name -> " Did you mean " + name + "?")
                        .orElse(store ? " " + STORES + "." : "");
        String correction = correction(entry);
        return "There is no setting %s%s (%s).%s%s"
                .formatted(
                        entry.name(),
                        store ? ", nor a store of that name" : "",
                        entry.origin(),
                        meant,
                        correction.isEmpty() ? "" : " " + correction + ".");
    }

    private static String ignored(Entry entry, Row row) {
        return "The setting %s (%s) has no effect here: %s."
                .formatted(entry.name(), entry.origin(), row.sentence());
    }

    private static String refused(Row row, List<Entry> entries) {
        String set =
                entries.stream()
                        .map(entry -> entry.name() + " (" + entry.origin() + ")")
                        .collect(Collectors.joining(", "));
        String verb = entries.size() == 1 ? "is" : "are";
        return "%s %s set, but %s. %s.".formatted(set, verb, row.sentence(), row.advice());
    }
}
