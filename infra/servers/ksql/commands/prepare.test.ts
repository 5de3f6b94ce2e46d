import { expect, test } from "vitest";
import type { Source } from "../catalog/source.ts";
import type { CreateStatement } from "../sql/ast.ts";
import { parseStatements } from "../sql/statements.ts";
import { topicToCreate } from "./prepare.ts";

const topicOf = (sql: string, source: Partial<Source>): ReturnType<typeof topicToCreate> => {
  const full = { topic: "T", partitions: 2, type: "TABLE", ...source } as Source;
  return topicToCreate(full, parseStatements(sql)[0] as CreateStatement, undefined);
};

test("a table's topic is compacted, but no segment ends by age: a commit's marker is of now, its rows may be of 1970", () => {
  const bySize = { "segment.ms": "9223372036854775807", "segment.bytes": "16777216" };
  const table = "CREATE TABLE T AS SELECT K, COUNT(*) FROM S GROUP BY K;";
  expect(topicOf(table, {})).toEqual({
    topic: "T",
    partitions: 2,
    config: { "cleanup.policy": "compact", ...bySize },
  });
  const window = { type: "TUMBLING", size: 1000 } as unknown as NonNullable<Source["window"]>;
  expect(topicOf(table, { window })?.config).toEqual({ "cleanup.policy": "compact,delete", ...bySize });
});

test("a stream's topic has the retention that it asks for, and the broker's settings else", () => {
  const stream = "CREATE STREAM T WITH (RETENTION_MS=1000) AS SELECT * FROM S;";
  expect(topicOf(stream, { type: "STREAM" })?.config).toEqual({ "retention.ms": "1000" });
});
