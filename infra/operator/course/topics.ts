import type { CourseFacts, TopicFacts } from "./facts.ts";

type Row = Readonly<Record<string, unknown>>;

/** What frameworks keep for themselves: changelogs, repartitions, schemas, sums. */
const NOT_EVENTS = /^_|changelog|repartition|summary|-table|\.table|elevated/i;

/** Topics of one kind of event, by the word in their names. */
export function ofKind({ topics }: CourseFacts, kind: string): readonly TopicFacts[] {
  return topics.filter(({ name }) => name.toLowerCase().includes(kind) && !NOT_EVENTS.test(name));
}

export function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rows of the database's table, in the topic that has most of them. */
export function rowsOf(
  facts: CourseFacts,
): { readonly topic: TopicFacts; readonly rows: readonly Row[]; readonly wrapped?: string } | undefined {
  const found = facts.topics.flatMap((topic) => {
    const values = objectsOf(topic);
    const rows = values.filter((value) => "stop_id" in value);
    if (rows.length > 0) return [{ topic, rows }];
    // Connect's own wrapping of a schema, and Debezium's of a change.
    for (const wrapped of ["payload", "after"]) {
      const inner = values.flatMap((value) => (isObject(value[wrapped]) ? [value[wrapped]] : []));
      if (inner.some((value) => "stop_id" in value || isObject(value["after"])))
        return [{ topic, rows: inner, wrapped }];
    }
    return [];
  });
  return found.sort((a, b) => b.rows.length - a.rows.length)[0];
}

/** Records of a table of stations, in the topic that has most of them. */
export function tableRows(
  facts: CourseFacts,
): { readonly topic: TopicFacts; readonly rows: readonly Row[] } | undefined {
  const fields = ["station_id", "station_name", "order", "line"];
  const found = facts.topics.flatMap((topic) => {
    const rows = objectsOf(topic).filter(
      (value) => fields.every((field) => field in value) && !("stop_id" in value),
    );
    return rows.length > 0 ? [{ topic, rows }] : [];
  });
  return found.sort((a, b) => b.rows.length - a.rows.length)[0];
}

/** Values that are JSON objects. */
function objectsOf({ samples }: TopicFacts): readonly Row[] {
  return samples.flatMap(({ value }) =>
    value.format === "json" && isObject(value.content) ? [value.content] : [],
  );
}

export function shortList(topics: readonly TopicFacts[]): string {
  const names = topics.map(({ name }) => name);
  return names.length > 2 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}
