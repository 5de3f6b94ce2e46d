import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import org.apache.commons.lang3.time.FastDateFormat;

/**
 * What Java itself makes of thousands of patterns, texts and times, by ksqlDB's rules: the expected values of
 * java-time.test.ts, one array a line: [function, value, pattern, zone, answer], null for a refusal.
 *
 * java -cp commons-lang3-3.12.0.jar JavaTime.java | gzip -9n > java-time.jsonl.gz
 */
public class JavaTime {
  static final Random random = new Random(20181003);
  static final String[] ZONES = {"GMT", "UTC", "America/Chicago", "America/Los_Angeles", "Europe/Paris",
    "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "+05:30", "UTC-03:00", "GMT+1", "Z", "-00:30"};
  static final String[] DATES = {"yyyy-MM-dd", "yyyyMMdd", "y-M-d", "dd/MM/yyyy", "d MMM uuuu", "MMM d, yyyy",
    "yy.MM.dd", "yyyy-DDD", "yyyyDDD", "EEE, d MMM yyyy", "uuuu/M/d G", "G y MM dd", "yyyy", "yyyy-MM", "MM-dd", "dd",
    "DD", "EEE", "yyyyy-MM-dd", "yMMdd", "uuuuMMdd", "MMM", "M", "D", "yyyy EEE"};
  static final String[] TIMES = {"HH:mm:ss", "HHmmss", "H:m:s", "HH:mm", "HH", "hh:mm a", "h:mm:ss a", "hh a", "a",
    "K:mm a", "kk:mm", "k:mm:ss", "HH:mm:ss.SSS", "HHmmssSSS", "HH:mm:ss.S", "HH:mm:ss.SSSSSS", "mm:ss", "hh:mm",
    "HH:mm[:ss]", "HH[:mm[:ss[.SSS]]]", "HH:mm a", "n", "N", "A", "HH ss", "H'h'm''", "ss.SSS", "K", "h"};
  static final String[] OFFSETS = {"", "", "", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx", "xxxxx", "Z",
    "ZZZZZ", "VV", "'Z'"};
  static final String[] JOINTS = {" ", "'T'", "_", "", ", "};

  static String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }

  static String pattern() {
    switch (random.nextInt(8)) {
      case 0: return pick(DATES);
      case 1: return pick(TIMES);
      case 2: return pick(TIMES) + pick(JOINTS) + pick(DATES);
      default: return pick(DATES) + pick(JOINTS) + pick(TIMES) + pick(OFFSETS);
    }
  }

  static long instant() {
    switch (random.nextInt(10)) {
      case 0: return -Math.abs(random.nextLong() % 60_000_000_000_000L);
      case 1: return Math.abs(random.nextLong() % 300_000_000_000_000L);
      // Around leaps of the clock.
      case 2: return 1_615_705_200_000L + random.nextInt(12 * 3_600_000);
      case 3: return 1_636_263_000_000L + random.nextInt(12 * 3_600_000);
      default: return Math.abs(random.nextLong() % 2_000_000_000_000L);
    }
  }

  /** A text that may still fit, or nearly. */
  static String mutated(String text) {
    if (text.isEmpty()) return "7";
    int at = random.nextInt(text.length());
    char digit = (char) ('0' + random.nextInt(10));
    switch (random.nextInt(12)) {
      case 0: return text.substring(0, at) + text.substring(at + 1);
      case 1: return text.substring(0, at) + digit + text.substring(at);
      case 2: return text.toLowerCase(Locale.ROOT);
      case 3: return text + " ";
      case 4: return "-" + text;
      case 5: return "+" + text;
      case 6: return text.substring(0, at);
      default:
        for (int i = 0; i < text.length(); i++) {
          int j = (at + i) % text.length();
          if (Character.isDigit(text.charAt(j))) return text.substring(0, j) + digit + text.substring(j + 1);
        }
        return text.toUpperCase(Locale.ROOT);
    }
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < 32 || c > 126) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }

  static void line(String function, String value, String pattern, String zone, Callable<Object> answer) {
    String said;
    try {
      Object is = answer.call();
      said = is instanceof String ? quoted((String) is) : String.valueOf(is);
    } catch (Exception e) {
      said = "null";
    }
    System.out.println("[" + quoted(function) + "," + value + "," + quoted(pattern) + ","
        + (zone == null ? "null" : quoted(zone)) + "," + said + "]");
  }

  static DateTimeFormatter parser(String pattern, Locale locale) {
    return new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern).toFormatter(locale);
  }

  /** ksqlDB's StringToTimestampParser: 1970 with every field put in, the largest unit first. */
  static long parsed(String text, String pattern, ZoneId zone) {
    TemporalAccessor parsed = parser(pattern, Locale.ROOT).parse(text);
    ZoneId own = parsed.query(TemporalQueries.zone());
    ZonedDateTime resolved = ZonedDateTime.of(1970, 1, 1, 0, 0, 0, 0, own == null ? zone : own);
    ChronoField[] fields = ChronoField.values();
    Arrays.sort(fields, (a, b) -> b.getBaseUnit().getDuration().compareTo(a.getBaseUnit().getDuration()));
    for (ChronoField field : fields) {
      if (!parsed.isSupported(field)) continue;
      long value = parsed.getLong(field);
      if (field == ChronoField.DAY_OF_YEAR && value == 366) {
        if (!parsed.isSupported(ChronoField.YEAR)) throw new IllegalArgumentException("leap day");
        resolved = resolved.withYear(parsed.get(ChronoField.YEAR));
      }
      resolved = resolved.with(field, value);
    }
    return resolved.toInstant().toEpochMilli();
  }

  static long time(String text, String pattern) {
    TemporalAccessor parsed = parser(pattern, Locale.ENGLISH).parse(text);
    for (ChronoField field : ChronoField.values())
      if (field.isDateBased() && parsed.isSupported(field)) throw new IllegalArgumentException("date");
    return LocalTime.from(parsed).toNanoOfDay() / 1_000_000;
  }

  static long simpleDate(String text, String pattern) throws Exception {
    long ms = FastDateFormat.getInstance(pattern, TimeZone.getTimeZone("GMT"), Locale.ENGLISH).parse(text).getTime();
    if (ms % 86_400_000 != 0) throw new IllegalArgumentException("time");
    return ms / 86_400_000;
  }

  public static void main(String[] args) throws Exception {
    System.setOut(new java.io.PrintStream(System.out, true, StandardCharsets.US_ASCII));
    for (int i = 0; i < 1500; i++) {
      long ms = instant();
      String zone = pick(ZONES);
      String full = random.nextInt(4) == 0 ? " EEEE MMMM MMMMM GGGG zzzz" : random.nextInt(3) == 0 ? " z" : "";
      String pattern = pattern() + full;
      line("format", String.valueOf(ms), pattern, zone, () ->
          Instant.ofEpochMilli(ms).atZone(ZoneId.of(zone)).format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
    }
    for (int i = 0; i < 500; i++) {
      long days = Math.floorDiv(instant(), 86_400_000L);
      long ms = Math.floorMod(instant(), 86_400_000L);
      String pattern = pattern();
      line("format date", String.valueOf(days), pattern, null, () ->
          LocalDate.ofEpochDay(days).format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
      String other = random.nextBoolean() ? pick(TIMES) : pattern();
      line("format time", String.valueOf(ms), other, null, () ->
          LocalTime.ofNanoOfDay(ms * 1_000_000).format(DateTimeFormatter.ofPattern(other, Locale.ENGLISH)));
    }
    for (int i = 0; i < 4000; i++) {
      String pattern = pattern();
      String zone = pick(ZONES);
      String said = Instant.ofEpochMilli(instant()).atZone(ZoneId.of(zone))
          .format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
      String text = random.nextInt(3) == 0 ? said : mutated(said);
      line("parse", quoted(text), pattern, zone, () -> parsed(text, pattern, ZoneId.of(zone)));
    }
    for (int i = 0; i < 700; i++) {
      String pattern = random.nextInt(4) == 0 ? pattern() : pick(TIMES);
      String said = Instant.ofEpochMilli(instant()).atZone(ZoneId.of("UTC"))
          .format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
      String text = random.nextInt(3) == 0 ? said : mutated(said);
      line("parse time", quoted(text), pattern, null, () -> time(text, pattern));
      String of = random.nextInt(4) == 0 ? pattern() : pick(DATES);
      String saidDate = Instant.ofEpochMilli(instant()).atZone(ZoneId.of("UTC"))
          .format(DateTimeFormatter.ofPattern(of, Locale.ENGLISH));
      String date = random.nextInt(3) == 0 ? saidDate : mutated(saidDate);
      line("date", quoted(date), of, null, () -> LocalDate.parse(date, parser(of, Locale.ENGLISH)).toEpochDay());
    }
    String[] simple = {"yyyy-MM-dd", "dd/MM/yyyy", "yyyyMMdd", "d MMM yyyy", "MMMM d yyyy", "yyyy", "yyyy-MM",
      "yyyy-MM-dd HH:mm:ss", "'on' d.M.yyyy", "MM-dd"};
    for (int i = 0; i < 700; i++) {
      String pattern = pick(simple);
      String said = Instant.ofEpochMilli(instant()).atZone(ZoneId.of("UTC"))
          .format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
      String text = random.nextInt(3) == 0 ? said : mutated(said);
      line("simple date", quoted(text), pattern, null, () -> simpleDate(text, pattern));
    }
    for (String zone : new String[] {"PST", "America/Chicago", "UTC+1", "UT-2", "GMT+03:00", "+3", "+03", "+0300",
      "+03:00:01", "Z", "z", "+19:00", "UTC5", "Foo/Bar", "Etc/GMT+5", "+18:00", "+18:01", "", "Europe/Paris "})
      line("format", "1600000000000", "yyyy-MM-dd'T'HH:mm:ssXXXXX", zone, () ->
          Instant.ofEpochMilli(1600000000000L).atZone(ZoneId.of(zone))
              .format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXXXX", Locale.ENGLISH)));
    for (String pattern : new String[] {"yyyy[", "yyyy]", "#", "{", "'abc", "b", "yyyyMMddTHH", "HHH", "ddd", "MMMMMM",
      "", "''", "'a''b'", "''''", "[[[yyyy]]]", "VVV", "zzzzz", "XXXXXX", "SSSSSSSSSS", "aa", "DDDD", "\\"})
      line("format", "1600000000000", pattern, "UTC", () ->
          Instant.ofEpochMilli(1600000000000L).atZone(ZoneId.of("UTC"))
              .format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
  }
}
