package io.berth.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.berth.access.Identity.Kind;
import io.berth.name.RepositoryName;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CallerTest {

    private static final Caller CLIENT = Caller.anonymous("192.0.2.7", "1");

    @Test
    void thereIsNoneUnlessOneIsBound() {
        assertThatThrownBy(Caller::current).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aBindingEndsWithItsCall() {
        CallerScope.run(
                CLIENT,
                () -> {
                    assertThat(Caller.current()).isSameAs(CLIENT);
                    assertThat(
                                    CallerScope.<Caller, RuntimeException>call(
                                            Caller.system(), Caller::current))
                            .isSameAs(Caller.system());
                    assertThat(Caller.current()).isSameAs(CLIENT);
                });

        assertThatThrownBy(Caller::current).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aBindingEndsWithACallThatThrows() {
        assertThatThrownBy(
                        () ->
                                CallerScope.run(
                                        CLIENT,
                                        () -> {
                                            throw new IllegalStateException("simulated");
                                        }))
                .hasMessage("simulated");

        assertThatThrownBy(Caller::current).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void workForAnotherThreadKeepsTheCallerOfThisOne() {
        Supplier<Caller> current = Caller::current;
        Supplier<Caller> inherited = CallerScope.call(CLIENT, () -> CallerScope.inherited(current));

        assertThat(inherited.get()).isSameAs(CLIENT);
        assertThat(CallerScope.<Caller, RuntimeException>call(Caller.system(), inherited::get))
                .isSameAs(CLIENT);
    }

    @Test
    void workOfNoCallerStaysSo() {
        Supplier<Caller> current = Caller::current;
        Runnable work = Caller::current;

        assertThat(CallerScope.inherited(current)).isSameAs(current);
        assertThat(CallerScope.inherited(work)).isSameAs(work);
    }

    @Test
    void onlyAnAnonymousCallerHasNoName() {
        assertThat(CLIENT.kind()).isEqualTo(Kind.ANONYMOUS);
        assertThat(CLIENT.name()).isEmpty();
        assertThat(Caller.system().name()).isEqualTo("system");
        assertThatThrownBy(() -> caller(Kind.USER, ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> caller(Kind.ANONYMOUS, "alice"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Caller caller(Kind kind, String name) {
        return new Caller(new Identity(kind, name, Set.of(), List.of()), "", "");
    }

    @Test
    void whatACallerWasMadeOfMayChange() {
        List<Grant> grants = new ArrayList<>();
        Caller caller = new Caller(new Identity(Kind.USER, "alice", Set.of(), grants), "", "");
        grants.add(grant("repository", "library/app", "push"));

        assertThat(caller.grants()).isEmpty();
    }

    @Test
    void aGrantIsForOneRepositoryByItsWholeName() {
        RepositoryName repository = RepositoryName.of("library/app");

        assertThat(grant("repository", "library/app").isFor(repository)).isTrue();
        assertThat(grant("repository", "library/*").isFor(repository)).isFalse();
        assertThat(grant("repository", "library").isFor(repository)).isFalse();
        assertThat(grant("registry", "library/app").isFor(repository)).isFalse();
    }

    @Test
    void aGrantAllowsItsActions() {
        assertThat(grant("repository", "a", "pull", "push").allows(Action.PUSH)).isTrue();
        assertThat(grant("repository", "a", "*").allows(Action.PUSH)).isTrue();
        assertThat(grant("repository", "a", "pull").allows(Action.PUSH)).isFalse();
        assertThat(grant("repository", "a").allows(Action.PUSH)).isFalse();
    }

    private static Grant grant(String type, String name, String... actions) {
        return new Grant(type, "", name, Set.of(actions));
    }
}
