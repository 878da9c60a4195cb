import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** What is known of a child, or of a county's statements, and how RocksDB keeps it: one field after the other. */
final class State {
    static final Serde<State> SERDE = Serdes.serdeFrom((topic, state) -> state == null ? null : state.written(), (topic, bytes) -> bytes == null ? null : read(bytes));
    private static final int REMEMBERED = 60;

    String status, county, stage, reason, school, before;
    boolean poor;
    int grade, spells;
    /** The moment of the newest happening of each matter; of a county, the first is that of its newest statement. */
    long schooling = Long.MIN_VALUE, residence = Long.MIN_VALUE, household = Long.MIN_VALUE;
    /** Of each happening: who told it under which id, and what happened, a hash of 32 bits each. */
    long[] seen = {};

    Decision.Standing standing() {
        return status == null ? null : new Decision.Standing(status, county, stage, poor, reason);
    }

    void remember(long happening) {
        int from = seen.length < REMEMBERED ? 0 : 1;
        seen = Arrays.copyOfRange(seen, from, seen.length + 1);
        seen[seen.length - 1] = happening;
    }

    private byte[] written() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream to = new DataOutputStream(bytes)) {
            for (String word : new String[] {status, county, stage, reason, school, before}) to.writeUTF(word == null ? "" : word);
            to.writeBoolean(poor);
            to.writeByte(grade);
            to.writeInt(spells);
            for (long moment : new long[] {schooling, residence, household}) to.writeLong(moment);
            for (long happening : seen) to.writeLong(happening);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static State read(byte[] bytes) {
        State state = new State();
        try (DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes))) {
            state.status = word(from);
            state.county = word(from);
            state.stage = word(from);
            state.reason = word(from);
            state.school = word(from);
            state.before = word(from);
            state.poor = from.readBoolean();
            state.grade = from.readByte();
            state.spells = from.readInt();
            state.schooling = from.readLong();
            state.residence = from.readLong();
            state.household = from.readLong();
            state.seen = new long[from.available() / Long.BYTES];
            for (int n = 0; n < state.seen.length; n++) state.seen[n] = from.readLong();
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
        return state;
    }

    private static String word(DataInputStream from) throws IOException {
        String word = from.readUTF();
        return word.isEmpty() ? null : word;
    }
}
