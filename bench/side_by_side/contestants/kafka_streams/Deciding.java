import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Enrolment's job with Kafka Streams: exactly_once_v2, one persistent store (RocksDB) of states for each partition, keyed by student or county,
 * cached and with a changelog, all by its defaults. A fact goes to the record, a refusal to the refusals.
 */
public final class Deciding {
    private static final String STATES = "states", FACTS = "facts", REFUSALS = "refusals", DECIDE = "decide";

    public static void main(String[] arguments) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode task = mapper.readTree(new File(arguments[0]));
        Decision.Table table = mapper.readValue(new File(task.get("table").asText()), Decision.Table.class);
        var bytes = Serdes.ByteArray();
        Topology topology = new Topology();
        topology.addSource("submissions", Serdes.String().deserializer(), bytes.deserializer(), task.get("topic").asText());
        topology.addProcessor(DECIDE, () -> new Decide(table, mapper), "submissions");
        topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STATES), Serdes.String(), State.SERDE).withCachingEnabled(), DECIDE);
        for (String topic : new String[] {FACTS, REFUSALS}) {
            topology.addSink(topic, task.get(topic).asText(), Serdes.String().serializer(), bytes.serializer(), DECIDE);
        }
        Settings.start(topology, task);
    }

    record Event(
            String specversion, String id, String source, String type, String subject, String time, String recordedtime, String partitionkey,
            String sequence, String causationid, String correlationid, Object data, String reportedby) {}

    /** Decides one partition. */
    private static final class Decide extends ContextualProcessor<String, byte[], String, byte[]> {
        private final Decision decision;
        private final ObjectReader reader;
        private final ObjectWriter writer;
        private KeyValueStore<String, State> states;

        Decide(Decision.Table table, ObjectMapper mapper) {
            decision = new Decision(table);
            reader = mapper.readerFor(Decision.Submission.class);
            writer = mapper.writerFor(Event.class);
        }

        @Override
        public void init(ProcessorContext<String, byte[]> context) {
            super.init(context);
            states = context.getStateStore(STATES);
        }

        @Override
        public void process(Record<String, byte[]> input) {
            try {
                Decision.Submission submission = reader.readValue(input.value());
                State state = states.get(input.key());
                if (state == null) state = new State();
                Decision.Outcome outcome = decision.judge(submission, state);
                if (outcome == null) return;
                if (!outcome.refused()) states.put(input.key(), state);
                context().forward(input.withValue(writer.writeValueAsBytes(event(submission, outcome))), outcome.refused() ? REFUSALS : FACTS);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private Event event(Decision.Submission cause, Decision.Outcome outcome) {
            RecordMetadata at = context().recordMetadata().orElseThrow();
            String place = at.topic() + "[" + at.partition() + "]@" + at.offset();
            String correlation = cause.correlationid() == null ? cause.id() : cause.correlationid();
            return new Event(
                    "1.0", UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8)).toString(), "/enrolment", outcome.type(), cause.subject(),
                    cause.time(), cause.recordedtime(), cause.subject(), "%016d-0000".formatted(at.offset()), cause.id(), correlation, outcome.data(),
                    cause.source());
        }
    }
}
