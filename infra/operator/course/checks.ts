import type { CourseFacts, RecordSide, TopicFacts } from "./facts.ts";
import { isObject, ofKind, rowsOf, shortList, tableRows } from "./topics.ts";

export interface CheckResult {
  readonly title: string;
  readonly passed: boolean;
  /** What was found, or what is missing and where to look. */
  readonly reason: string;
}

const ARRIVAL = [
  ...["station_id", "train_id", "direction", "line", "train_status"],
  ...["prev_station_id", "prev_direction"],
];
const TURNSTILE = ["station_id", "station_name", "line"];
const WEATHER = ["temperature", "status"];
const ROW = [
  ...["stop_id", "direction_id", "stop_name", "station_name", "station_descriptive_name"],
  ...["station_id", "order", "red", "blue", "green"],
];
const LINES = ["red", "blue", "green"];

/** The fifteen checks of the course, of what its programs left behind. @param stationRows - of the database's table. */
export function courseChecks(facts: CourseFacts, stationRows: number): readonly CheckResult[] {
  return [
    ...eventChecks(facts, "arrival", "arrivals", ARRIVAL),
    ...eventChecks(facts, "turnstile", "turnstiles", TURNSTILE),
    ...eventChecks(facts, "weather", "weather", WEATHER),
    connectorRuns(facts),
    rowsAreFlat(facts, stationRows),
    stationsAreTransformed(facts),
    sumExists(facts),
    sumCounts(facts),
    isConsumed(facts),
  ];
}

/** Three of each kind of event: records, values by a schema with these fields, keys by a schema. */
function eventChecks(
  facts: CourseFacts,
  kind: string,
  called: string,
  fields: readonly string[],
): readonly CheckResult[] {
  const topics = ofKind(facts, kind);
  const filled = topics.filter(({ written }) => written > 0);
  const records = {
    title: `${called}: a topic has records`,
    passed: filled.length > 0,
    reason:
      filled.length > 0
        ? `${shortList(filled)}: ${filled.reduce((sum, { written }) => sum + written, 0)} records`
        : topics.length > 0
          ? `${shortList(topics)}: empty. Does the producer flush, and does it see errors of delivery?`
          : `no topic has "${kind}" in its name`,
  };
  return [
    records,
    { title: `${called}: values are Avro, with the course's fields`, ...valuesFit(facts, filled, fields) },
    { title: `${called}: keys are Avro, by a registered schema`, ...keysFit(facts, filled) },
  ];
}

type Verdict = Omit<CheckResult, "title">;

function valuesFit(facts: CourseFacts, topics: readonly TopicFacts[], fields: readonly string[]): Verdict {
  if (topics.length === 0) return { passed: false, reason: "there are no records to look at" };
  // Of a hundred topics only some are looked into.
  for (const topic of topics.filter(({ samples }) => samples.length > 0)) {
    const plain = topic.samples.find(({ value }) => value.format !== "avro");
    if (plain)
      return { passed: false, reason: `${topic.name}: a value is ${described(plain.value)}, not Avro` };
    const subject = `${topic.name}-value`;
    const given =
      facts.subjects.get(subject) ??
      topic.samples.flatMap(({ value }) =>
        isObject(value.content) ? [Object.keys(value.content)] : [],
      )[0] ??
      [];
    const missing = fields.filter((field) => !given.includes(field));
    if (missing.length > 0)
      return { passed: false, reason: `${subject} lacks ${missing.join(", ")}; it has ${given.join(", ")}` };
  }
  return { passed: true, reason: `${shortList(topics)}: ${fields.join(", ")}` };
}

function keysFit(facts: CourseFacts, topics: readonly TopicFacts[]): Verdict {
  if (topics.length === 0) return { passed: false, reason: "there are no records to look at" };
  for (const topic of topics) {
    const plain = topic.samples.find(({ key }) => key.format !== "avro");
    if (plain) return { passed: false, reason: `${topic.name}: a key is ${described(plain.key)}, not Avro` };
    if (!facts.subjects.has(`${topic.name}-key`) && topic.samples.length > 0)
      return { passed: false, reason: `the registry has no subject ${topic.name}-key` };
  }
  return { passed: true, reason: `${shortList(topics)}: registered under …-key` };
}

function connectorRuns({ connectors }: CourseFacts): CheckResult {
  const title = "connect: a connector for the stations runs";
  if (!connectors) return { title, passed: false, reason: "Kafka Connect does not answer" };
  const named = connectors.filter(({ name }) => /station/i.test(name));
  const running = named.find(
    ({ state, tasks }) =>
      state === "RUNNING" && tasks.length > 0 && tasks.every((task) => task === "RUNNING"),
  );
  if (running) return { title, passed: true, reason: `${running.name} runs` };
  const [first] = named;
  const reason = first
    ? `${first.name} is ${first.state}, its tasks ${first.tasks.join(", ") || "none"}: npm run connect -- status`
    : 'no connector has "station" in its name: npm run connect -- apply course';
  return { title, passed: false, reason };
}

function rowsAreFlat(facts: CourseFacts, expected: number): CheckResult {
  const title = "connect: the stations' rows are in a topic, as flat JSON";
  const found = rowsOf(facts);
  if (!found)
    return { title, passed: false, reason: 'no topic with "station" in its name has rows with stop_id' };
  const { topic, rows, wrapped } = found;
  if (wrapped)
    return {
      title,
      passed: false,
      reason: `${topic.name}: rows stand inside ${wrapped}: set value.converter.schemas.enable=false, or unwrap them`,
    };
  const missing = ROW.filter((field) => rows.some((row) => !(field in row)));
  const stops = new Set(rows.map((row) => row["stop_id"])).size;
  const problem =
    missing.length > 0
      ? `rows lack ${missing.join(", ")}`
      : stops < expected
        ? `${stops} of ${expected} stops are there`
        : undefined;
  return { title, passed: problem === undefined, reason: `${topic.name}: ${problem ?? `${stops} stops`}` };
}

function stationsAreTransformed(facts: CourseFacts): CheckResult {
  const title = "faust: a table of stations with one line each";
  const found = tableRows(facts);
  if (!found)
    return {
      title,
      passed: false,
      reason: "no topic has JSON records with station_id, station_name, order and line",
    };
  const { topic, rows } = found;
  const known = rows.filter(({ line }) => LINES.includes(String(line)));
  // A row of another line has none of the three: whatever stands there is right.
  const elsewhere = stationsOfOtherLines(facts);
  const wrong = rows.find(
    ({ line, station_id }) => !LINES.includes(String(line)) && !elsewhere.has(String(station_id)),
  );
  const reason = wrong
    ? `station ${String(wrong["station_id"])} has the line ${JSON.stringify(wrong["line"])}, not red, blue or green`
    : `${new Set(known.map((row) => row["station_id"])).size} stations with a line`;
  return { title, passed: wrong === undefined && known.length > 0, reason: `${topic.name}: ${reason}` };
}

/** Ids of the stations that have a stop of other lines: Belmont has red trains, and brown ones. */
function stationsOfOtherLines(facts: CourseFacts): ReadonlySet<string> {
  const rows = rowsOf(facts)?.rows ?? [];
  const others = rows.filter((row) => LINES.every((line) => row[line] !== true));
  return new Set(others.map((row) => String(row["station_id"])));
}

function summaryOf({
  tables,
  topics,
}: CourseFacts): { readonly name: string; readonly topic?: TopicFacts } | undefined {
  const table = tables?.find(({ name }) => /summary/i.test(name));
  const topic = topics.find(({ name }) => (table ? name === table.topic : /summary/i.test(name)));
  if (!table && !topic) return undefined;
  return { name: table?.name ?? topic?.name ?? "", ...(topic ? { topic } : {}) };
}

function sumExists(facts: CourseFacts): CheckResult {
  const title = "ksql: a table sums the turnstiles' entries";
  if (!facts.tables) return { title, passed: false, reason: "no ksql server answers" };
  const table = facts.tables.find(({ name }) => /summary/i.test(name));
  return table
    ? { title, passed: true, reason: `${table.name}, in the topic ${table.topic}` }
    : { title, passed: false, reason: 'no table has "summary" in its name: npm run ksql, then SHOW TABLES;' };
}

function sumCounts(facts: CourseFacts): CheckResult {
  const title = "ksql: the sums arrive, with a count for each station";
  const topic = summaryOf(facts)?.topic;
  if (!topic || topic.written === 0)
    return {
      title,
      passed: false,
      reason: `${topic ? `${topic.name} is empty` : "there is no topic of sums"}: is auto.offset.reset earliest?`,
    };
  const counted = topic.samples.filter(
    ({ value }) =>
      isObject(value.content) &&
      Object.entries(value.content).some(([name, n]) => /count/i.test(name) && Number(n) > 0),
  );
  return {
    title,
    passed: counted.length > 0,
    reason:
      counted.length > 0
        ? `${topic.name}: ${topic.written} changes`
        : `${topic.name}: no value has a member with "count" in its name`,
  };
}

function isConsumed(facts: CourseFacts): CheckResult {
  const title = "web server: a group has read events and committed how far";
  const names = ["arrival", "turnstile", "weather"]
    .flatMap((kind) => ofKind(facts, kind))
    .map(({ name }) => name);
  const readBy = names.flatMap((name) =>
    (facts.groups.get(name) ?? []).filter(isOnesOwn).map((group) => `${group} reads ${name}`),
  );
  return readBy.length > 0
    ? { title, passed: true, reason: readBy.slice(0, 3).join("; ") }
    : {
        title,
        passed: false,
        reason: "no group has committed an offset in arrivals, turnstiles or weather: does the server run?",
      };
}

/** ksql's queries and Connect's tasks read in groups of theirs. */
function isOnesOwn(group: string): boolean {
  return !/^(_|connect-)/.test(group);
}

function described({ format }: RecordSide): string {
  return { none: "missing", avro: "Avro", json: "JSON", text: "text", bytes: "bytes" }[format];
}
