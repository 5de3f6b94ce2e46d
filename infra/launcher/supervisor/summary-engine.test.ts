import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { summaryEngineFor } from "./summary-engine.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "summary-engine-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function engine(
  SUMMARY_ENGINE?: string,
  secrets?: { token: string; kafka: string; postgres: string },
): string {
  return summaryEngineFor({ env: { SUMMARY_ENGINE }, home, secrets });
}

test("a new home has the engine that is asked for, else ksql", () => {
  expect([engine(), engine(""), engine("ksql"), engine("flink")]).toEqual(["ksql", "ksql", "ksql", "flink"]);
  expect(() => engine("spark")).toThrow('SUMMARY_ENGINE is "spark": it is ksql or flink');
});

test("a home keeps its engine", () => {
  mkdirSync(join(home, "kafka"));
  writeFileSync(join(home, "kafka", "cluster.json"), '{"brokers":1,"clusterId":"a"}');
  expect(engine()).toBe("ksql");
  expect(() => engine("flink")).toThrow(/were counted by ksql: set SUMMARY_ENGINE=ksql/);
  mkdirSync(join(home, "flink", "flink-zookeeper"), { recursive: true });
  expect(engine("flink")).toBe("flink");
  expect(() => engine()).toThrow(/were counted by flink: set SUMMARY_ENGINE=flink/);
});

test("a private home has no Flink, which would let every user of the machine in", () => {
  const secrets = { token: "t", kafka: "k", postgres: "p" };
  expect(engine("ksql", secrets)).toBe("ksql");
  expect(() => engine("flink", secrets)).toThrow(/only ksql counts/);
});
