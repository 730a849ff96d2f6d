package io.berth.auth.robot;

import io.berth.admin.PageSize;
import io.berth.auth.robot.RobotAccounts.Issued;
import io.berth.setting.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Robot accounts in the administration API. A secret is in the answer that issues it alone. */
@RestController
@RequestMapping("/robots")
public final class RobotController {

    /** Of an account for which none is named. An endless one has to be asked for. */
    private static final String LIFETIME = "2160h";

    private static final String NEVER = "never";

    private final RobotAccounts accounts;

    /** Works on these accounts. */
    public RobotController(RobotAccounts accounts) {
        this.accounts = accounts;
    }

    /**
     * @param login the user name that a client logs in with
     * @param expires {@code null}: never
     * @param secrets the ends of its secrets, which are not shown
     */
    record Item(
            String name,
            String login,
            String description,
            List<String> groups,
            Instant created,
            @Nullable Instant expires,
            boolean enabled,
            List<SecretItem> secrets) {

        private static Item of(Robot robot) {
            return new Item(
                    robot.name().value(),
                    robot.name().login(),
                    robot.description(),
                    robot.sortedGroups(),
                    robot.created(),
                    robot.expires(),
                    robot.enabled(),
                    robot.secretsEnd().stream().map(SecretItem::new).toList());
        }
    }

    /**
     * @param expires {@code null}: never
     */
    record SecretItem(@Nullable Instant expires) {}

    /**
     * @param next the {@code after} of the next page; {@code null} on the last one
     */
    record Items(List<Item> robots, @Nullable String next) {}

    /**
     * @param secret is shown this once
     */
    record IssuedItem(Item robot, String secret) {

        private static IssuedItem of(Issued issued) {
            return new IssuedItem(Item.of(issued.robot()), issued.secret());
        }

        /** Does not show the secret. */
        @Override
        public String toString() {
            return "IssuedItem[" + robot.name() + "]";
        }
    }

    /**
     * @param lifetime as in {@code 2160h}, or {@code never}; {@code null}: {@value #LIFETIME}
     */
    record NewRobot(
            String name,
            @Nullable String description,
            @Nullable List<String> groups,
            @Nullable String lifetime) {

        /** A request without a name has none that is valid. */
        NewRobot {
            name = Objects.requireNonNullElse(name, "");
        }
    }

    /**
     * @param overlap how long the last secret is still accepted; {@code null}: not at all
     */
    record NewSecret(@Nullable String overlap) {}

    /** What is {@code null} stays as it is. */
    record Change(@Nullable Boolean enabled, @Nullable String lifetime) {}

    @GetMapping
    Items list(
            @RequestParam(name = "n", defaultValue = PageSize.DEFAULT) PageSize size,
            @RequestParam(name = "after", required = false) @Nullable String after) {
        return checked(
                () -> {
                    RobotAccounts.Page page =
                            accounts.list(
                                    after == null ? null : new RobotName(after),
                                    Math.min(size.value(), RobotAccounts.MAX_PAGE));
                    return new Items(
                            page.robots().stream().map(Item::of).toList(),
                            page.next() == null ? null : page.next().value());
                });
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    IssuedItem create(@RequestBody NewRobot wanted) {
        Set<String> groups = new HashSet<>();
        for (String group : Objects.requireNonNullElse(wanted.groups(), List.<String>of())) {
            groups.add(Objects.requireNonNullElse(group, "")); // which is refused
        }
        return checked(
                        () ->
                                accounts.create(
                                        new RobotName(wanted.name()),
                                        Objects.requireNonNullElse(wanted.description(), ""),
                                        groups,
                                        lifetime(
                                                Objects.requireNonNullElse(
                                                        wanted.lifetime(), LIFETIME))))
                .map(IssuedItem::of)
                .orElseThrow(
                        () ->
                                new ResponseStatusException(
                                        HttpStatus.CONFLICT,
                                        "there is a robot of this name: delete it first, or issue"
                                                + " another secret to it"));
    }

    @GetMapping("/{name}")
    Item get(@PathVariable("name") String name) {
        return Item.of(found(checked(() -> accounts.find(new RobotName(name)))));
    }

    /** Issues another secret. */
    @PostMapping("/{name}/secret")
    @ResponseStatus(HttpStatus.CREATED)
    IssuedItem rotate(@PathVariable("name") String name, @RequestBody NewSecret wanted) {
        String overlap = Objects.requireNonNullElse(wanted.overlap(), "0");
        return IssuedItem.of(
                found(
                        checked(
                                () ->
                                        accounts.rotate(
                                                new RobotName(name),
                                                GoDuration.of(overlap).duration()))));
    }

    @PatchMapping("/{name}")
    Item change(@PathVariable("name") String name, @RequestBody Change change) {
        RobotName robot = checked(() -> new RobotName(name));
        String lifetime = change.lifetime();
        if (lifetime != null) {
            found(checked(() -> accounts.setLifetime(robot, lifetime(lifetime))));
        }
        return Item.of(
                found(
                        change.enabled() == null
                                ? accounts.find(robot)
                                : accounts.setEnabled(robot, change.enabled())));
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("name") String name) {
        if (!checked(() -> accounts.delete(new RobotName(name)))) {
            throw unknown();
        }
    }

    private static @Nullable Duration lifetime(String text) {
        return text.equals(NEVER) ? null : GoDuration.of(text).duration();
    }

    private static <T> T found(Optional<T> robot) {
        return robot.orElseThrow(RobotController::unknown);
    }

    private static ResponseStatusException unknown() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no robot of this name");
    }

    /** Tells the client what is wrong with its values. */
    private static <T extends @Nullable Object> T checked(Supplier<T> action) {
        try {
            return action.get();
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }
}
