package io.berth.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.berth.access.Identity;
import io.berth.access.Scope;
import io.berth.http.access.AccessControl;
import io.berth.http.access.Authenticator;
import io.berth.http.access.Credentials;
import io.berth.name.RepositoryName;
import io.berth.registry.ForwardingRegistry;
import io.berth.registry.Page;
import io.berth.registry.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The list of repositories for a user who may see few of them. */
class HiddenRepositoriesTest {

    /** More than one request passes over, and then some. */
    private static final List<String> HIDDEN =
            IntStream.range(0, 25_500).mapToObj(i -> "hidden/%05d".formatted(i)).toList();

    private int calls;

    /** A list of names, none of which is a repository otherwise. */
    private final class Names extends ForwardingRegistry {

        private final List<String> names;

        Names(Stream<String> names) {
            super(TestApi.emptyRegistry());
            this.names = names.sorted().toList();
        }

        @Override
        public Page<RepositoryName> repositories(
                PageRequest page, Predicate<RepositoryName> visible) {
            calls++;
            List<RepositoryName> found = new ArrayList<>();
            int hidden = 0;
            for (String text : names) {
                RepositoryName name = RepositoryName.of(text);
                if (page.after() != null && text.compareTo(page.after()) <= 0) {
                    continue;
                }
                if (visible.test(name)) {
                    if (found.size() == page.limit()) {
                        return new Page<>(found, true);
                    }
                    found.add(name);
                } else if (++hidden == MAX_HIDDEN) {
                    return new Page<>(found, true, text);
                }
            }
            return new Page<>(found, false);
        }
    }

    private static final class AnyPassword implements Authenticator {

        @Override
        public @Nullable Identity authenticate(Credentials credentials, String client) {
            return Identity.user("alice", Set.of());
        }

        @Override
        public List<String> challenges(
                HttpServletRequest request, List<Scope> needed, Failure failure) {
            return List.of();
        }
    }

    private TestApi api(Stream<String> names) {
        AccessControl access =
                AccessControl.of(
                        new AnyPassword(),
                        (caller, scope) ->
                                scope.equals(Scope.catalog())
                                        || !scope.name().startsWith("hidden"));
        return new TestApi(new RegistryApi(new Names(names), ApiSettings.defaults(), access));
    }

    private static TestApi.Answer get(TestApi api, String path) {
        return api.get(path).header("Authorization", "Bearer x").send().is(200);
    }

    private static List<String> names(TestApi.Answer answer) {
        List<String> names = new ArrayList<>();
        answer.json().get("repositories").forEach(name -> names.add(name.stringValue()));
        return names;
    }

    @Test
    void pagesAreFullAlthoughNamesAreHidden() {
        List<String> visible = List.of("a", "b", "hiddeo", "z");
        TestApi api = api(Stream.concat(visible.stream(), HIDDEN.stream().limit(9000)));

        TestApi.Answer first = get(api, "/v2/_catalog?n=3");
        assertThat(names(first)).containsExactly("a", "b", "hiddeo");
        assertThat(first.header("Link")).contains("last=hiddeo&n=3");
        assertThat(names(get(api, "/v2/_catalog?n=3&last=hiddeo"))).containsExactly("z");
    }

    @Test
    void aRequestPassesOverABoundedNumberOfNamesAndNoneOfThemIsTold() {
        TestApi api = api(Stream.concat(Stream.of("a", "z"), HIDDEN.stream()));
        List<String> seen = new ArrayList<>();
        String next = "/v2/_catalog?n=10";
        int requests = 0;
        while (next != null) {
            calls = 0;
            TestApi.Answer answer = get(api, next);
            requests++;
            assertThat(calls).isLessThanOrEqualTo(10);
            seen.addAll(names(answer));
            String link = answer.response().getHeader("Link");
            assertThat(link + answer.text()).doesNotContain("hidden");
            next = link == null ? null : link.substring(1, link.indexOf('>'));
        }

        assertThat(seen).containsExactly("a", "z");
        assertThat(requests).isEqualTo(3);
    }

    @Test
    void aPositionThatSomeoneMadeUpIsRefused() {
        TestApi.Answer answer =
                api(Stream.of("a"))
                        .get("/v2/_catalog?last=~AAAA")
                        .header("Authorization", "Bearer x")
                        .send()
                        .isError(400, "NAME_INVALID");
        assertThat(requireNonNull(answer.text())).contains("begin the list again");
    }
}
