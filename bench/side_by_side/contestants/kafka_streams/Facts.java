import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.function.ObjLongConsumer;

/** What a fact changes: the definition of the counts (wire page, section 3) as a Java engineer would write it, with Jackson's data binding. */
final class Facts {
    private static final ObjectReader READER = new ObjectMapper().readerFor(Fact.class);
    private static final Set<String> OUT_OF_SCHOOL = Set.of("dropped_out", "never_enrolled");
    private static final ZoneOffset CHINA = ZoneOffset.ofHours(8);

    /** A standing of a student, of a file or of a grant: each has some of these members. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Standing(
            String status, String state, String county, String stage, boolean poor, String reason, String due, String urgency, String scheme, long fen) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Transfer(@JsonProperty("from_county") String from, @JsonProperty("to_county") String to) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Data(Standing before, Standing after, int spell, boolean unmatched, Transfer completes, List<Transfer> ended, List<Transfer> opened) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Fact(String type, String time, Data data) {}

    private Facts() {}

    /** Calls {@code add} with the name of each count that a fact changes, and with what is to be added to it. */
    static void changes(byte[] value, ObjLongConsumer<String> add) throws IOException {
        Fact fact = READER.readValue(value);
        Data data = fact.data();
        switch (fact.type().split("\\.")[2]) {
            case "student" -> student(fact, data, add);
            case "case" -> {
                if (data.after() != null) file(data.after(), 1, add);
                if (data.before() != null) file(data.before(), -1, add);
            }
            case "relief" -> {
                if (data.after() != null) grant(data.after(), 1, add);
                if (data.before() != null) grant(data.before(), -1, add);
            }
            default -> {}
        }
    }

    private static void student(Fact fact, Data data, ObjLongConsumer<String> add) {
        Standing before = data.before(), after = data.after();
        if (before == null && after == null) return;
        if (before == null || !before.equals(after)) {
            if (after != null) child(after, 1, add);
            if (before != null) child(before, -1, add);
            flows(fact, data, add);
            if (data.unmatched() && before != null && after != null && !before.county().equals(after.county()) && !before.status().equals("in_transfer")) {
                transfer(before.county(), after.county(), 1, add);
            }
        } else if (data.completes() != null) {
            transfer(data.completes().from(), data.completes().to(), -1, add);
        }
        if (data.ended() != null) for (Transfer each : data.ended()) transfer(each.from(), each.to(), -1, add);
        if (data.opened() != null) for (Transfer each : data.opened()) transfer(each.from(), each.to(), 1, add);
    }

    private static boolean isOut(Standing child) {
        return child != null && OUT_OF_SCHOOL.contains(child.status());
    }

    private static void child(Standing child, int n, ObjLongConsumer<String> add) {
        String county = child.county();
        add.accept(county + ":status." + child.status(), n);
        if (isOut(child)) {
            add.accept(county + ":out.stage." + (child.stage() == null ? "none" : child.stage()), n);
            if (child.reason() != null) add.accept(county + ":out.reason." + child.reason(), n);
            if (child.poor()) add.accept(county + ":out.poor", n);
        }
    }

    private static void flows(Fact fact, Data data, ObjLongConsumer<String> add) {
        String left = isOut(data.before()) ? data.before().county() : null, entered = isOut(data.after()) ? data.after().county() : null;
        if (left == null && entered == null || left != null && left.equals(entered)) return;
        String day = ":" + OffsetDateTime.parse(fact.time()).withOffsetSameInstant(CHINA).toLocalDate() + ":";
        if (left == null) {
            if (fact.type().startsWith("cn.baoxue.student.listed.")) {
                add.accept(entered + day + "opening", 1);
                if (data.after().poor()) add.accept(entered + ":opening.poor", 1);
            } else {
                add.accept(entered + day + (data.spell() > 1 ? "out_again" : "newly_out"), 1);
            }
        } else if (entered == null) {
            boolean back = fact.type().startsWith("cn.baoxue.student.returned."), gone = fact.type().startsWith("cn.baoxue.student.removed.");
            add.accept(left + day + (back ? "returned" : gone ? "removed" : "excused"), 1);
        } else {
            add.accept(left + day + "moved_out", 1);
            add.accept(entered + day + "moved_in", 1);
        }
    }

    private static void transfer(String lost, String gained, int n, ObjLongConsumer<String> add) {
        add.accept(lost + ":transfer.lost", n);
        add.accept(gained + ":transfer.gained", n);
    }

    private static void file(Standing file, int n, ObjLongConsumer<String> add) {
        String county = file.county(), state = file.state();
        add.accept(county + ":case.state." + state, n);
        if (state.equals("closed")) return;
        if (file.reason() != null) add.accept(county + ":case.reason." + file.reason(), n);
        if (file.due() != null) add.accept(county + ":" + file.due(), n);
        if (file.urgency() != null) add.accept(county + ":case." + file.urgency() + "." + state, n);
    }

    private static void grant(Standing grant, int n, ObjLongConsumer<String> add) {
        String of = grant.county() + ":relief." + grant.scheme() + "." + grant.state();
        add.accept(of + ".grants", n);
        add.accept(of + ".fen", n * grant.fen());
    }
}
