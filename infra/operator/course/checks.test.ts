import { describe, expect, test } from "vitest";
import { courseChecks } from "./checks.ts";
import { committedBy } from "./commits.ts";
import type { CourseFacts, RecordSide, TopicFacts } from "./facts.ts";

const avro = (content: object): RecordSide => ({ format: "avro", content });
const json = (content: object): RecordSide => ({ format: "json", content });
const key = avro({ timestamp: 1 });
const topic = (name: string, ...values: readonly RecordSide[]): TopicFacts => ({
  name,
  written: values.length,
  samples: values.map((value) => ({ key, value })),
});

const arrival = {
  ...{ station_id: 1, train_id: "B1", direction: "a", line: "blue", train_status: "" },
  ...{ prev_station_id: null, prev_direction: null },
};
const turnstile = { station_id: 1, station_name: "Austin", line: "blue" };
const weather = { temperature: 60, status: "sunny" };
const row = {
  ...{ stop_id: 1, direction_id: "N", stop_name: "", station_name: "", station_descriptive_name: "" },
  ...{ station_id: 1, order: 0, red: true, blue: false, green: false },
};
const station = { station_id: 1, station_name: "Austin", order: 0, line: "red" };

const TOPICS = {
  arrivals: topic("course.arrivals", avro(arrival)),
  turnstiles: topic("course.turnstiles", avro(turnstile)),
  weather: topic("course.weather", avro(weather)),
  rows: topic("course.stations", json(row), json({ ...row, stop_id: 2 })),
  table: topic("course.stations.table", json(station)),
  summary: topic("TURNSTILE_SUMMARY", json({ COUNT: 3 })),
};
const subjects = new Map<string, readonly string[]>([
  ...["arrivals", "turnstiles", "weather"].map((name) => [`course.${name}-key`, ["timestamp"]] as const),
  ["course.arrivals-value", Object.keys(arrival)],
  ["course.turnstiles-value", Object.keys(turnstile)],
  ["course.weather-value", Object.keys(weather)],
]);

function facts(change: Partial<typeof TOPICS> = {}, more: Partial<CourseFacts> = {}): CourseFacts {
  return {
    topics: Object.values({ ...TOPICS, ...change }),
    subjects,
    connectors: [{ name: "stations", state: "RUNNING", tasks: ["RUNNING"] }],
    tables: [{ name: "TURNSTILE_SUMMARY", topic: "TURNSTILE_SUMMARY" }],
    groups: new Map([["course.arrivals", ["web"]]]),
    ...more,
  };
}

/** `number reason` of those that fail. */
const failing = (given: CourseFacts): string[] =>
  courseChecks(given, 2).flatMap(({ passed, reason }, i) => (passed ? [] : [`${i + 1} ${reason}`]));

test("a solution that does all passes fifteen checks", () => {
  expect(courseChecks(facts(), 2)).toHaveLength(15);
  expect(failing(facts())).toEqual([]);
});

test.each([1, 2])(
  "a row of another line needs none of the three, also at a station that has one (%i)",
  (id) => {
    const other = { ...row, stop_id: 2, station_id: id, red: false };
    const rows = topic("course.stations", json(row), json(other));
    const table = topic(
      "course.stations.table",
      json(station),
      json({ ...station, station_id: id, line: "" }),
    );
    expect(failing(facts({ rows, table }))).toEqual([]);
  },
);

test("empty servers pass none, and each reason says what is missing", () => {
  const nothing = { topics: [], subjects: new Map(), connectors: [], tables: [], groups: new Map() };
  expect(failing(nothing)).toHaveLength(15);
  expect(failing({ ...nothing, connectors: undefined, tables: undefined })).toContain(
    "10 Kafka Connect does not answer",
  );
});

describe("one thing wrong fails one check", () => {
  const cases: readonly (readonly [string, CourseFacts, readonly RegExp[]])[] = [
    [
      "values as JSON",
      facts({ weather: topic("course.weather", json(weather)) }),
      [/^8 .*a value is JSON, not Avro/],
    ],
    [
      "a field left out",
      facts({}, { subjects: new Map([...subjects, ["course.turnstiles-value", ["line"]]]) }),
      [/^5 .*lacks station_id, station_name/],
    ],
    [
      "keys as text",
      facts({
        arrivals: {
          ...TOPICS.arrivals,
          samples: [{ key: { format: "text", content: "k" }, value: avro(arrival) }],
        },
      }),
      [/^3 .*a key is text/],
    ],
    [
      "a connector that failed",
      facts({}, { connectors: [{ name: "stations", state: "RUNNING", tasks: ["FAILED"] }] }),
      [/^10 stations is RUNNING, its tasks FAILED/],
    ],
    [
      "rows with their schema",
      facts({ rows: topic("course.stations", json({ schema: {}, payload: row })) }),
      [/^11 .*inside payload.*schemas.enable=false/],
    ],
    [
      "rows of a change",
      facts({ rows: topic("course.stations", json({ before: null, after: row })) }),
      [/^11 .*inside after/],
    ],
    ["rows that are missing", facts({ rows: topic("course.stations", json(row)) }), [/^11 .*1 of 2 stops/]],
    [
      "a station without a line",
      facts({ table: topic("course.stations.table", json({ ...station, line: null })) }),
      [/^12 .*has the line null/],
    ],
    ["no table of sums", facts({}, { tables: [] }), [/^13 no table/]],
    [
      "sums that do not come",
      facts({ summary: topic("TURNSTILE_SUMMARY") }),
      [/^14 .*is empty: is auto.offset.reset earliest/],
    ],
    [
      "a server that does not read",
      facts(
        {},
        {
          groups: new Map([
            ["course.stations", ["faust"]],
            ["course.turnstiles", ["_confluent-ksql-q"]],
          ]),
        },
      ),
      [/^15 no group/],
    ],
    [
      "a producer that does not flush",
      facts({ weather: topic("course.weather") }),
      [/^7 .*empty/, /^8 /, /^9 /],
    ],
  ];
  test.each(cases)("%s", (_, given, expected) => {
    expect(failing(given)).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as unknown));
  });
});

test("who committed an offset is read from the key of its record", () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const record = (version: number, ...parts: Buffer[]) =>
    Buffer.concat([Buffer.from([0, version]), ...parts]);
  const partition = Buffer.from([0, 0, 0, 3]);
  expect(committedBy(record(1, text("web"), text("course.arrivals"), partition))).toEqual({
    group: "web",
    topic: "course.arrivals",
  });
  expect(committedBy(record(2, text("web")))).toBeUndefined();
  expect(committedBy(record(1, text("web")))).toBeUndefined();
  expect(committedBy(null)).toBeUndefined();
});
