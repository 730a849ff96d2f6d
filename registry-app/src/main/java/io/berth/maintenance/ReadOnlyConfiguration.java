package io.berth.maintenance;

import io.berth.document.SharedDocuments;
import io.berth.readonly.ReadOnlySwitch;
import io.berth.readonly.WriteGate;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The read-only mode that administrators switch. */
@Configuration(proxyBeanMethods = false)
public class ReadOnlyConfiguration {

    @Bean
    WriteGate writeGate(Clock clock) {
        return new WriteGate(clock);
    }

    @Bean
    ReadOnlySwitch readOnlySwitch(SharedDocuments documents, WriteGate gate, Clock clock) {
        return new ReadOnlySwitch(documents, gate, clock);
    }

    @Bean
    ReadOnlySchedule readOnlySchedule(ReadOnlySwitch readOnly) {
        return new ReadOnlySchedule(readOnly);
    }
}
