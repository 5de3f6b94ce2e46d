import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { effectiveSettings, settingsOf } from "../service/config-print.ts";
import { httpAccess, registrySettings } from "./http.ts";
import { kafkaAccessOf, kafkaSettings } from "./kafka.ts";
import { postgresAccessOf, postgresSettings } from "./postgres.ts";

const folder = mkdtempSync(join(tmpdir(), "elevated-security-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("Kafka", () => {
  const KAFKA_BROKERS = "a:1,b:2";

  test("nothing but brokers: a plain connection without a login", () => {
    expect(kafkaAccessOf({ KAFKA_BROKERS })).toEqual({ brokers: ["a:1", "b:2"] });
  });

  test.each(["plain", "scram-sha-256", "scram-sha-512"])("%s with a password from a file", (mechanism) => {
    const access = kafkaAccessOf({
      KAFKA_BROKERS,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: "me",
      KAFKA_SASL_PASSWORD_FILE: file("password", "secret\n"),
    });
    expect(access.sasl).toEqual({ mechanism, username: "me", password: "secret" });
  });

  test("TLS with an authority of one's own, and as a known client", () => {
    const access = kafkaAccessOf({
      KAFKA_BROKERS,
      KAFKA_TLS: "1",
      KAFKA_TLS_CA_FILE: file("ca", "CA"),
      KAFKA_TLS_CERT_FILE: file("cert", "CERT"),
      KAFKA_TLS_KEY_FILE: file("key", "KEY"),
    });
    const text = Object.fromEntries(
      Object.entries(access.ssl ?? {}).map(([name, bytes]) => [name, String(bytes)]),
    );
    expect(text).toEqual({ ca: "CA", cert: "CERT", key: "KEY" });
    expect(kafkaAccessOf({ KAFKA_BROKERS, KAFKA_TLS: "1" }).ssl).toEqual({});
  });

  test.each([
    [{ KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_PASSWORD: "p" }, "KAFKA_SASL_USERNAME"],
    [{ KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_USERNAME: "u" }, "KAFKA_SASL_PASSWORD"],
    [{ KAFKA_SASL_USERNAME: "u" }, "KAFKA_SASL_MECHANISM"],
    [{ KAFKA_SASL_MECHANISM: "gssapi" }, "scram-sha-512"],
    [{ KAFKA_TLS_CA_FILE: "x" }, "KAFKA_TLS=1"],
    [{ KAFKA_TLS: "1", KAFKA_TLS_CA_FILE: "/not/there" }, 'KAFKA_TLS_CA_FILE is "/not/there"'],
    [{ KAFKA_TLS: "1", KAFKA_TLS_CERT_FILE: "x" }, "KAFKA_TLS_KEY_FILE"],
  ])("%o is refused: %s", (settings: Record<string, string>, named) => {
    expect(() => kafkaAccessOf({ KAFKA_BROKERS, ...settings })).toThrow(named);
  });
});

test("PostgreSQL over TLS checks the certificate, against an authority of one's own where one is named", () => {
  const POSTGRES_URL = "postgresql://me:secret@db:5432/cta";
  expect(postgresAccessOf({ POSTGRES_URL })).toEqual({ connectionString: POSTGRES_URL });
  expect(postgresAccessOf({ POSTGRES_URL, POSTGRES_TLS: "1" }).ssl).toEqual({ rejectUnauthorized: true });
  const access = postgresAccessOf({ POSTGRES_URL, POSTGRES_TLS_CA_FILE: file("pg", "CA") });
  expect(String(access.ssl?.ca)).toBe("CA");
});

test("a login goes with each request, beside what the request says itself", async () => {
  const sent: Headers[] = [];
  const send = async (_: string, init?: RequestInit): Promise<Response> => {
    sent.push(new Headers(init?.headers));
    return new Response("{}");
  };
  const SCHEMA_REGISTRY_URL = "http://registry:8081";
  const login = { SCHEMA_REGISTRY_USER: "me", SCHEMA_REGISTRY_PASSWORD: "s:ü" };
  await httpAccess("SCHEMA_REGISTRY", { SCHEMA_REGISTRY_URL, ...login }, send).fetch("x", {
    headers: { accept: "a/b" },
  });
  await httpAccess("SCHEMA_REGISTRY", { SCHEMA_REGISTRY_URL }, send).fetch("x");
  const [first, second] = sent;
  expect(first?.get("authorization")).toBe(`Basic ${Buffer.from("me:s:ü").toString("base64")}`);
  expect(first?.get("accept")).toBe("a/b");
  expect(second?.get("authorization")).toBeNull();
});

describe("what a service would run with", () => {
  const schema = z.object({ ...kafkaSettings, ...registrySettings, ...postgresSettings });
  const of = (env: Record<string, string>) => {
    const rows = effectiveSettings(schema, { ELEVATED_HOME: folder, ...env });
    return Object.fromEntries(rows.map(({ name, value, from }) => [name, [value, from]]));
  };

  test("each value names its source", () => {
    const path = file("url", "postgresql://me:secret@db/cta");
    const rows = of({ KAFKA_BROKERS: "k:1", KAFKA_SASL_PASSWORD: "secret", POSTGRES_URL_FILE: path });
    expect(rows["KAFKA_BROKERS"]).toEqual(["k:1", "environment"]);
    expect(rows["POSTGRES_URL"]).toEqual(["postgresql://me:***@db/cta", `file ${path}`]);
    expect(rows["SCHEMA_REGISTRY_URL"]).toEqual(["http://127.0.0.1:8081", "default"]);
    expect(rows["KAFKA_TLS"]).toEqual(["0", "default"]);
    expect(rows["KAFKA_SASL_USERNAME"]).toEqual([null, "not set"]);
    expect(rows["KAFKA_SASL_PASSWORD"]).toEqual(["***", "environment"]);
    expect(JSON.stringify(rows)).not.toContain("secret");
  });

  test("every setting says what it is for", () => {
    expect(settingsOf(schema).filter(({ description }) => description === "")).toEqual([]);
  });
});
