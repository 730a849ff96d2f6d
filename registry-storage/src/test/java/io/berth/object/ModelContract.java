package io.berth.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long random sequences: after every step the store tells the same as a sorted map. */
abstract class ModelContract extends StoreFixture {

    /** Chosen to sort around the slash, and never the same, for a key is not also a folder. */
    private static final List<String> FOLDERS = List.of("a", "a-b", "a.b", "a0", "f-", "f.1", "z");

    private static final List<String> FILES = List.of("f", "f-1", "f0", "link", "a+", "a-b.c");

    private final TreeMap<String, String> model = new TreeMap<>();
    private Random random = new Random(0);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void doesWhatASortedMapDoes(long seed) {
        random = new Random(seed);
        for (int step = 0; step < 400; step++) {
            change("content " + step);
            compareListing();
            compareObject(key());
        }
    }

    private void change(String content) {
        String key = key();
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                put(key, content);
                model.put(key, content);
            }
            case 2, 3 -> {
                try (ObjectWriter writer = store().write(key(key))) {
                    writer.write(bytes(content), 0, content.length());
                    writer.publish(Durability.HINT, null);
                }
                model.put(key, content);
            }
            case 4 -> putIfAbsent(key, content);
            case 5 -> replace(key, content);
            case 6 -> {
                store().delete(key(key), Condition.always());
                model.remove(key);
            }
            case 7 -> deleteSeveral();
            default -> stageAndPublish(key, content);
        }
    }

    private void putIfAbsent(String key, String content) {
        ObjectKey object = key(key);
        if (model.putIfAbsent(key, content) == null) {
            store().put(object, bytes(content), Condition.ifAbsent(), Durability.HINT);
        } else {
            assertPreconditionFailed(
                    () ->
                            store().put(
                                            object,
                                            bytes(content),
                                            Condition.ifAbsent(),
                                            Durability.HINT));
        }
    }

    private void replace(String key, String content) {
        if (model.containsKey(key)) {
            store().put(
                            key(key),
                            bytes(content),
                            Condition.ifContent(bytes(model.get(key))),
                            Durability.HINT);
            model.put(key, content);
        }
    }

    private void deleteSeveral() {
        List<ObjectKey> keys = Stream.generate(this::key).limit(5).map(ObjectKey::of).toList();
        store().deleteAll(keys);
        keys.forEach(key -> model.remove(key.value()));
    }

    private void stageAndPublish(String key, String content) {
        ObjectKey staged = key("staged/" + random.nextLong(Long.MAX_VALUE));
        try (StagedObject object = store().stage(staged)) {
            object.append(bytes(content), 0, content.length());
            object.publish(key(key), Durability.HINT, null);
            object.discard();
        }
        model.put(key, content);
    }

    private void compareObject(String key) {
        if (model.containsKey(key)) {
            assertThat(read(key)).isEqualTo(model.get(key));
            assertThat(store().head(key(key)).size()).isEqualTo(model.get(key).length());
        } else {
            assertNotFound(() -> read(key));
            assertNotFound(() -> store().head(key(key)));
        }
    }

    private void compareListing() {
        ListRequest request =
                new ListRequest(
                        random.nextInt(3) == 0 ? "" : folder(),
                        startAfter(),
                        random.nextBoolean(),
                        1 + random.nextInt(12));
        Listing listing = store().list(request);

        List<String> expected = expected(request);
        int count = Math.min(expected.size(), request.limit());
        assertThat(listing.keys())
                .as("%s of %s", request, model.keySet())
                .isEqualTo(expected.subList(0, count));
        if (expected.size() > count) {
            assertThat(listing.more()).as("more of %s", request).isTrue();
        }
    }

    private List<String> expected(ListRequest request) {
        return model.keySet().stream()
                .filter(key -> key.startsWith(request.prefix()))
                .map(key -> request.foldFolders() ? folded(key, request.prefix()) : key)
                .distinct()
                .filter(entry -> startsLater(entry, request.startAfter()))
                .sorted()
                .toList();
    }

    private static String folded(String key, String prefix) {
        int slash = key.indexOf('/', prefix.length());
        return slash < 0 ? key : key.substring(0, slash + 1);
    }

    private static boolean startsLater(String entry, @Nullable String startAfter) {
        return startAfter == null || entry.compareTo(startAfter) > 0;
    }

    private @Nullable String startAfter() {
        String key = key();
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> key;
            case 2 -> key.substring(0, 1 + random.nextInt(key.length()));
            case 3 -> folder();
            default -> key + "-";
        };
    }

    private String key() {
        List<String> components = new ArrayList<>();
        int depth = random.nextInt(4);
        for (int i = 0; i < depth; i++) {
            components.add(pick(FOLDERS));
        }
        components.add(pick(FILES));
        return String.join("/", components);
    }

    private String folder() {
        String folder = pick(FOLDERS) + "/";
        return random.nextBoolean() ? folder : folder + pick(FOLDERS) + "/";
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
