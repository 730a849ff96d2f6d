package io.berth.auth.tokenservice;

import io.berth.auth.token.KeySource;
import io.berth.error.RegistryException;
import java.util.List;

/**
 * The keys of this service. As a {@link KeySource} they are those that its tokens may be signed
 * with. Safe for use by many threads.
 */
interface SigningKeys extends KeySource {

    /**
     * The key that signs at this moment.
     *
     * @throws RegistryException UNAVAILABLE when the keys cannot be read, or none can be made
     */
    SigningKey signing();

    /**
     * Every key that tokens may be signed with, now or soon.
     *
     * @throws RegistryException as {@link #signing}
     */
    List<SigningKey> all();
}
