import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a report comes to (wire page, section 3): the rules by lines of its own, the transitions by the table that the Python decider has. It decides
 * what the history reports: absences, transfers, mergers and what is taken back are not in it, and end the program.
 */
final class Decision {
    private static final Set<String> OUT_OF_SCHOOL = Set.of("dropped_out", "never_enrolled");
    private static final Set<String> NOT_HERE = Set.of("absent", "departed", "arrived", "voided", "same-as", "places-stated");

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Submission(
            String id, String source, String type, String subject, String time, String recordedtime, String correlationid, ObjectNode data) {}

    record Standing(String status, String county, String stage, boolean poor, String reason) {}

    record Leaves(String status, String stage, String reason, boolean found) {}

    record Kind(
            String fact, String older, String variant, boolean schooling, boolean residence, boolean household,
            @JsonProperty("names_school") boolean namesSchool, @JsonProperty("numbers_spell") boolean numbersSpell, Map<String, Leaves> leaves) {}

    record Table(Map<String, Kind> kinds, Map<String, String> provinces) {}

    record Refusal(String code, String field, String detail) {}

    record Outcome(String type, Object data) {
        boolean refused() {
            return data instanceof Refusal;
        }
    }

    private final Table table;

    Decision(Table table) {
        this.table = table;
    }

    /** Judges a report on a state, which is then that after it. Returns null where the report says nothing new. */
    Outcome judge(Submission report, State state) {
        long moment = ChronoUnit.MICROS.between(Instant.EPOCH, OffsetDateTime.parse(report.time()).toInstant());
        int teller = Objects.hash(report.source(), report.id()), told = Objects.hash(report.type(), moment, report.data());
        for (long happening : state.seen) {
            if ((int) happening == told) return null;
            if ((int) (happening >>> 32) == teller) return refused("id_reused", "id");
        }
        Outcome outcome = report.subject().length() == 6 ? stated(report, state, moment) : ofChild(report, state, moment);
        if (outcome != null && !outcome.refused()) state.remember((long) teller << 32 | told & 0xFFFFFFFFL);
        return outcome;
    }

    private static Outcome stated(Submission report, State state, long moment) {
        if (moment < state.schooling) report.data().put("late", true);
        state.schooling = Math.max(state.schooling, moment);
        return new Outcome("cn.baoxue.county.reported.v1", report.data());
    }

    private Outcome ofChild(Submission report, State child, long moment) {
        String word = report.type().split("\\.")[3];
        if (NOT_HERE.contains(word)) throw new IllegalArgumentException("this program does not decide " + word);
        Kind kind = table.kinds().get(report.type());
        ObjectNode data = report.data();
        Standing before = child.standing();
        String variant = kind.variant() == null ? "" : data.get(kind.variant()).asText();
        Leaves leaves = kind.leaves().get(variant + "|" + or(child.status) + "|" + (Objects.equals(child.status, "suspected") ? child.before : ""));
        if (before == null && !leaves.found()) return refused("unknown_student", "subject");
        boolean atHome = before != null && speaksFor(report.source(), child.county, child.school);
        String county = kind.residence() ? data.get("county").asText() : null;
        if (!atHome && !(kind.residence() && speaksFor(report.source(), county, kind.namesSchool() ? data.get("school").asText() : null))) {
            return refused("not_your_county", kind.residence() ? "data.county" : "source");
        }
        boolean schooling = kind.schooling() && moment >= child.schooling;
        boolean residence = kind.residence() && moment >= child.residence;
        boolean household = kind.household() && moment >= child.household;
        if (!schooling && !residence && !household) return late(kind.older() == null ? kind.fact() : kind.older(), kind, child, data, before, moment);
        if (before != null && before.status().equals("removed")) return refused("after_removal", "subject");
        String countyAfter = residence ? county : child.county;
        boolean poorAfter = household ? data.get("poor").asBoolean() : child.poor;
        Standing after;
        if (schooling || before == null || !kind.schooling()) {
            if (leaves.status() == null) return refused("impossible_order", "type");
            after = new Standing(
                    leaves.status(), countyAfter, from(leaves.stage(), child.stage, data, "stage"), poorAfter,
                    from(leaves.reason(), child.reason, data, "reason"));
            if (after.equals(before) && keepsTheClass(kind, child, data)) return null;
            if (!leaves.found()) return refused("impossible_order", "type");
        } else {
            after = new Standing(before.status(), countyAfter, before.stage(), poorAfter, before.reason());
            if (after.equals(before)) return late(kind.fact(), kind, child, data, before, moment);
        }
        boolean moved = before != null && !before.county().equals(countyAfter);
        boolean unmatched = word.equals("enrolled") && moved || word.equals("moved") && moved && !atHome;
        if (unmatched) data.put("unmatched", true);
        if (kind.numbersSpell() && OUT_OF_SCHOOL.contains(after.status())) {
            child.spells += OUT_OF_SCHOOL.contains(or(child.status)) ? 0 : 1;
            data.put("spell", child.spells);
        }
        if (kind.namesSchool() && schooling) {
            child.school = data.get("school").asText();
            child.grade = data.get("grade").asInt();
        }
        child.before = after.status().equals("suspected") ? beforeSuspicion(child, after) : null;
        child.status = after.status();
        child.county = after.county();
        child.stage = after.stage();
        child.poor = after.poor();
        child.reason = after.reason();
        advance(kind, child, moment);
        return fact(unmatched || kind.older() == null ? kind.fact() : kind.older(), data, before, after);
    }

    private static Outcome late(String type, Kind kind, State child, ObjectNode data, Standing before, long moment) {
        data.put("late", true);
        advance(kind, child, moment);
        return fact(type, data, before, before);
    }

    private static void advance(Kind kind, State child, long moment) {
        if (kind.schooling()) child.schooling = Math.max(child.schooling, moment);
        if (kind.residence()) child.residence = Math.max(child.residence, moment);
        if (kind.household()) child.household = Math.max(child.household, moment);
    }

    private static Outcome fact(String type, ObjectNode data, Standing before, Standing after) {
        data.putPOJO("before", before);
        data.putPOJO("after", after);
        return new Outcome(type, data);
    }

    private static Outcome refused(String code, String field) {
        return new Outcome("cn.baoxue.report.refused.v1", new Refusal(code, field, "the report cannot be taken: " + code));
    }

    private boolean speaksFor(String source, String county, String school) {
        return source.equals(table.provinces().get(county)) || source.equals("/counties/" + county) || source.equals("/schools/" + school);
    }

    private static String from(String whom, String ofChild, ObjectNode data, String field) {
        if (whom == null) return null;
        return whom.equals("child") ? ofChild : data.hasNonNull(field) ? data.get(field).asText() : null;
    }

    private static boolean keepsTheClass(Kind kind, State child, ObjectNode data) {
        return !kind.namesSchool() || data.get("school").asText().equals(child.school) && data.get("grade").asInt() == child.grade;
    }

    private static String beforeSuspicion(State child, Standing after) {
        if (child.status == null) return after.stage() == null ? "registered" : "enrolled";
        return child.status.equals("suspected") ? child.before : child.status;
    }

    private static String or(String status) {
        return status == null ? "" : status;
    }
}
