package io.berth.admin;

import io.berth.access.Caller;
import io.berth.access.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the registry is, who asks, and what can be asked. */
@RestController
public final class AboutController {

    private static final String DESCRIPTION = "openapi.json";

    private final String version;

    /**
     * @param version of the registry
     */
    public AboutController(String version) {
        this.version = version;
    }

    /**
     * @param caller who the request is done for
     */
    record About(String version, Who caller) {

        /**
         * @param kind how the name is known
         * @param address from which the request came
         */
        record Who(String kind, String name, List<String> groups, String address) {}
    }

    @GetMapping
    About about() {
        Caller caller = Caller.current();
        return new About(
                version,
                new About.Who(
                        text(caller.kind()),
                        caller.name(),
                        caller.groups().stream().sorted().toList(),
                        caller.address()));
    }

    private static String text(Identity.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The description of the API (OpenAPI 3.1). */
    @GetMapping(path = "/" + DESCRIPTION, produces = MediaType.APPLICATION_JSON_VALUE)
    byte[] description() throws IOException {
        try (InputStream resource =
                Objects.requireNonNull(AboutController.class.getResourceAsStream(DESCRIPTION))) {
            return resource.readAllBytes();
        }
    }
}
