package io.berth.registry;

import org.junit.jupiter.api.Nested;

/**
 * What every registry must do, whatever it stands on and however it is reached: the sum of the
 * contracts of its roles. Each test gets a registry that holds nothing in the repositories it uses,
 * and in which deleting is allowed and references are checked.
 */
public abstract class RegistryContract {

    /** The registry under test; the same one throughout a test. */
    protected abstract Registry registry();

    /** Whether options and outcomes arrive that the wire has no word for. */
    protected boolean takesEveryOption() {
        return true;
    }

    @Nested
    class Reading extends RegistryReaderContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class Writing extends RegistryWriterContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class WritingWithOptions extends PutOptionsContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }

        @Override
        boolean takesEveryOption() {
            return RegistryContract.this.takesEveryOption();
        }
    }

    @Nested
    class Uploading extends UploadContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class Deleting extends RegistryDeleterContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class Listing extends RegistryListerContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class ListingReferrers extends ReferrerListerContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }

    @Nested
    class UsingConcurrently extends ConcurrentUseContract {
        @Override
        Registry registry() {
            return RegistryContract.this.registry();
        }
    }
}
