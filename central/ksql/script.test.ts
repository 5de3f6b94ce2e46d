import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { topicNames } from "../../schemas/topics.ts";
import { isComplete, readScript } from "./script.ts";

const SCRIPT = readFileSync(join(projectRoot(), "central", "ksql", "turnstile.ksql"), "utf8");

test("the project's file makes a stream of entries and a table of counts, from the beginning", () => {
  const script = readScript(SCRIPT);
  expect(script.map(({ creates }) => creates)).toMatchObject([
    { type: "STREAM", name: "TURNSTILE" },
    { type: "TABLE", name: "TURNSTILE_SUMMARY", reads: "TURNSTILE" },
  ]);
  for (const { properties } of script) expect(properties).toEqual({ "auto.offset.reset": "earliest" });
});

test("its topics are the contract's, behind any prefix", () => {
  for (const prefix of ["", "t1."]) {
    const { turnstiles, turnstileSummary } = topicNames(prefix);
    const texts = readScript(SCRIPT, prefix).map(({ text }) => text);
    expect(texts[0]).toContain(`KAFKA_TOPIC = '${turnstiles}'`);
    expect(texts[1]).toContain(`KAFKA_TOPIC = '${turnstileSummary}'`);
  }
});

test("semicolons in strings and comments end nothing", () => {
  const script = readScript("-- a; b\nCREATE STREAM A AS SELECT ';' FROM B; /* ; */ DROP STREAM C");
  expect(script.map(({ text }) => text)).toEqual(["CREATE STREAM A AS SELECT ';' FROM B;", "DROP STREAM C"]);
});

test.each([
  ["SHOW STREAMS;", true],
  ["SELECT 'a;", false],
  ["SELECT 1 FROM A; -- that is all", true],
  ["SHOW", false],
  ["", false],
])("%j is complete: %s", (text, complete) => {
  expect(isComplete(text)).toBe(complete);
});
