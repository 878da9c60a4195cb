import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The counts with Kafka Streams: exactly_once_v2, one persistent store (RocksDB) of counts for each partition, cached and with a changelog, all
 * by its defaults. Once a second the counts that changed are written to Redis; they are absolute, so that a repetition after a failure does no harm.
 */
public final class Counting {
    private static final String COUNTS = "counts", FACTS = "facts";

    public static void main(String[] arguments) throws IOException {
        JsonNode task = new ObjectMapper().readTree(new File(arguments[0]));
        Topology topology = new Topology();
        topology.addSource("record", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), task.get("topic").asText());
        topology.addProcessor("count", () -> new Count(task), "record");
        topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(COUNTS), Serdes.String(), Serdes.Long()).withCachingEnabled(), "count");

        try (Board board = board(task)) {
            board.set("bench:started", "1");
        }
        Settings.start(topology, task);
    }

    private static Board board(JsonNode task) throws IOException {
        return new Board(task.get("redis_port").asInt(), task.get("redis_user").asText(), task.get("redis_password").asText());
    }

    /** Counts one partition. */
    private static final class Count extends ContextualProcessor<byte[], byte[], Void, Void> {
        private final JsonNode task;
        private final Map<String, Long> changed = new HashMap<>();
        private KeyValueStore<String, Long> counts;
        private Board board;
        private boolean touched;

        Count(JsonNode task) {
            this.task = task;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            counts = context.getStateStore(COUNTS);
            try {
                board = board(task);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, now -> write());
        }

        @Override
        public void process(Record<byte[], byte[]> fact) {
            touched = false;
            try {
                Facts.changes(fact.value(), this::add);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
            if (touched) add(FACTS, 1);
        }

        private void add(String name, long n) {
            Long before = counts.get(name);
            long after = (before == null ? 0 : before) + n;
            counts.put(name, after);
            changed.put(name, after);
            touched = true;
        }

        private void write() {
            Long facts = changed.remove(FACTS);
            if (facts == null) return;
            int partition = context().taskId().partition();
            try {
                board.write("bench:cells:" + partition, changed);
                board.write("bench:facts", Map.of(String.valueOf(partition), facts));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            changed.clear();
        }

        @Override
        public void close() {
            try {
                board.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
