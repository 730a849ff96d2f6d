package io.berth.object.s3.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.berth.object.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DeferredDeletesTest {

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anErrorDoesNotEndIt() {
        List<ObjectKey> removed = new ArrayList<>();
        boolean[] failed = {false};
        try (DeferredDeletes queue =
                new DeferredDeletes(
                        keys -> {
                            if (!failed[0]) {
                                failed[0] = true;
                                throw new StackOverflowError("simulated");
                            }
                            removed.addAll(keys);
                        })) {
            queue.add(List.of(ObjectKey.of("first")));
            queue.await();
            queue.add(List.of(ObjectKey.of("second")));
            queue.await();
        }

        assertThat(failed[0]).isTrue();
        assertThat(removed).containsExactly(ObjectKey.of("second"));
    }
}
