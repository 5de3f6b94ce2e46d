import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { topicNames } from "../../schemas/topics.ts";
import { digestOf, readStatements } from "./script.ts";
import { textsOf } from "./texts.ts";

const SCRIPT = readFileSync(join(projectRoot(), "central", "flink", "turnstile.sql"), "utf8");
const REGISTRY = { url: "http://registry:8081" };

function texts(prefix = "", kafka = {}): Record<string, string> {
  const access = { brokers: ["k1:9092", "k2:9092"], ...kafka };
  const world = {
    topics: topicNames(prefix),
    kafka: access,
    registry: REGISTRY,
    partitions: 2,
    keySchemaId: 300,
  };
  return { ...textsOf(world), job: "a job" };
}

function table(name: string, given: Readonly<Record<string, string>>): string {
  const head = `CREATE TEMPORARY TABLE ${name} (`;
  return readStatements(SCRIPT, given).find((statement) => statement.startsWith(head)) ?? "";
}

test("the project's file reads the entries and writes the sums, in the contract's topics behind any prefix", () => {
  for (const prefix of ["", "t1."]) {
    const { turnstiles, turnstileSummary } = topicNames(prefix);
    expect(table("TURNSTILE", texts(prefix))).toContain(`'topic' = '${turnstiles}'`);
    expect(table("TURNSTILE_SUMMARY", texts(prefix))).toContain(`'topic' = '${turnstileSummary}'`);
  }
  const statements = readStatements(SCRIPT, texts());
  expect(statements.filter((statement) => statement.startsWith("INSERT INTO"))).toHaveLength(1);
  expect(statements.join()).toContain("CONCAT('000000012c'");
  expect(statements.filter((statement) => /\$\{|--/.test(statement))).toEqual([]);
});

test("logins are options of both tables, and none is written where none is asked for", () => {
  const sasl = { mechanism: "scram-sha-512", username: "o'hara", password: 'a"b\\c' };
  for (const name of ["TURNSTILE", "TURNSTILE_SUMMARY"]) {
    expect(table(name, texts())).not.toMatch(/security|ssl|basic-auth/);
    const plain = table(name, texts("", { sasl }));
    expect(plain).toContain("'properties.security.protocol' = 'SASL_PLAINTEXT',");
    expect(plain).toContain("'properties.sasl.mechanism' = 'SCRAM-SHA-512',");
    expect(plain).toContain(String.raw`ScramLoginModule required username="o''hara" password="a\"b\\c";',`);
    const ca = Buffer.from("-----BEGIN CERTIFICATE-----\nMII");
    const encrypted = table(name, texts("", { sasl, ssl: { ca } }));
    expect(encrypted).toContain("'properties.security.protocol' = 'SASL_SSL',");
    expect(encrypted).toContain(
      "'properties.ssl.truststore.certificates' = '-----BEGIN CERTIFICATE-----\nMII',",
    );
  }
});

test("semicolons and dashes in strings and comments end nothing", () => {
  const sql = "-- a; b\nSET 'a' = '--;''' ; SELECT `;` - 1 -- c\n;;";
  expect(readStatements(sql, {})).toEqual(["SET 'a' = '--;'''", "SELECT `;` - 1"]);
});

test("a name without a text is an error that tells which there are", () => {
  expect(() => readStatements(`SET 'a' = '\${b}'`, { c: "d" })).toThrow(/\$\{b\}.*there are c/);
});

test("a comment changes no digest, a statement does", () => {
  const digest = (sql: string): string => digestOf(readStatements(sql, {}));
  expect(digest("-- first\nSELECT 1;")).toBe(digest("SELECT 1"));
  expect(digest("SELECT 2")).not.toBe(digest("SELECT 1"));
});
