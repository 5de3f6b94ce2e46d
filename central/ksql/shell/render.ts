import type { StatementAnswer } from "../client.ts";
import { formatTable } from "./table.ts";

/** The lists that have a table of their own: which field, and which of its members as columns. */
const TABLES: Readonly<
  Record<string, readonly [field: string, columns: readonly (readonly [title: string, member: string])[]]>
> = {
  streams: ["streams", sourceColumns("Stream")],
  tables: ["tables", sourceColumns("Table")],
  queries: [
    "queries",
    [
      ["Query", "id"],
      ["Type", "queryType"],
      ["State", "state"],
      ["Sinks", "sinks"],
      ["Statement", "queryString"],
    ],
  ],
  kafka_topics: [
    "topics",
    [
      ["Topic", "name"],
      ["Replicas of each partition", "replicaInfo"],
    ],
  ],
  properties: [
    "properties",
    [
      ["Property", "name"],
      ["Value", "value"],
    ],
  ],
  function_names: [
    "functions",
    [
      ["Function", "name"],
      ["Type", "type"],
    ],
  ],
};

function sourceColumns(title: string): readonly (readonly [string, string])[] {
  return [
    [title, "name"],
    ["Topic", "topic"],
    ["Key", "keyFormat"],
    ["Value", "valueFormat"],
    ["Windowed", "isWindowed"],
  ];
}

/** An answer of `/ksql` as lines for a terminal. */
export function renderEntity(entity: StatementAnswer): readonly string[] {
  const type = String(entity["@type"]);
  const table = TABLES[type];
  if (table) {
    const [field, columns] = table;
    const rows = list(entity[field]).map((row) => columns.map(([, member]) => row[member]));
    return rows.length === 0
      ? ["(none)"]
      : formatTable(
          columns.map(([title]) => title),
          rows,
        );
  }
  switch (type) {
    case "currentStatus":
      return [String((entity["commandStatus"] as StatementAnswer | undefined)?.["message"] ?? "")];
    case "warning_entity":
      return [String(entity["message"])];
    case "sourceDescription":
      return describe(entity["sourceDescription"] as StatementAnswer);
    case "source_descriptions":
      return list(entity["sourceDescriptions"]).flatMap((source) => [...describe(source), ""]);
    case "queryDescription":
      return explain(entity["queryDescription"] as StatementAnswer);
    default:
      return JSON.stringify(entity, null, 2).split("\n");
  }
}

function list(value: unknown): readonly StatementAnswer[] {
  return Array.isArray(value) ? (value as readonly StatementAnswer[]) : [];
}

function describe(source: StatementAnswer): readonly string[] {
  const fields = list(source["fields"]).map((field) => [
    field["name"],
    typeText(field["schema"] as StatementAnswer),
    field["type"] ?? "",
  ]);
  const lines = [`${source["type"]} ${source["name"]} over topic ${source["topic"]}`, ""];
  lines.push(...formatTable(["Column", "Type", ""], fields));
  const queries = [...list(source["writeQueries"]), ...list(source["readQueries"])].map((query) =>
    String(query["id"]),
  );
  if (queries.length > 0) lines.push("", `Queries: ${queries.join(", ")}`);
  if (source["extended"] === true) {
    lines.push(`Formats: key ${source["keyFormat"]}, value ${source["valueFormat"]}`);
    lines.push(
      `Partitions: ${source["partitions"]}, replication: ${source["replication"]}`,
      String(source["statement"]),
    );
  }
  return lines;
}

function typeText(schema: StatementAnswer): string {
  const parameters = schema["parameters"] as { precision?: number; scale?: number } | undefined;
  return parameters
    ? `${schema["type"]}(${parameters.precision}, ${parameters.scale})`
    : String(schema["type"]);
}

function explain(query: StatementAnswer): readonly string[] {
  return [
    `${query["id"] || "query"}: ${query["statementText"]}`,
    "",
    ...String(query["topology"]).split("\n"),
  ];
}
