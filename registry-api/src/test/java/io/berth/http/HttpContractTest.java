package io.berth.http;

import io.berth.client.HttpRegistry;
import io.berth.registry.Registry;
import io.berth.registry.RegistryContract;
import org.junit.jupiter.api.AfterEach;

/** The contract of a registry holds at the other end of the wire, too. */
class HttpContractTest extends RegistryContract {

    private final ApiServer server = new ApiServer(TestApi.emptyRegistry(), ApiSettings.defaults());
    private final Registry registry = new HttpRegistry(server.address());

    @Override
    protected boolean takesEveryOption() {
        return false;
    }

    @Override
    protected Registry registry() {
        return registry;
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }
}
