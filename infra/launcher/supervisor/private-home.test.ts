import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loginsFor, secretsOf, withPostgresPassword } from "./private-home.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "private-home-"));
  chmodSync(home, 0o755);
});
afterEach(() => rmSync(home, { recursive: true }));

const modeOf = (...names: string[]): number => statSync(join(home, ...names)).mode & 0o777;

describe("the secrets of a home", () => {
  test("there are none where no start asked for them, and nothing is written", () => {
    expect(secretsOf(home, undefined)).toBeUndefined();
    expect(secretsOf(home, false)).toBeUndefined();
    expect(existsSync(join(home, "token"))).toBe(false);
    expect(modeOf()).toBe(0o755);
  });

  test("are random, for this user only, and stay", () => {
    const made = secretsOf(home, true);
    expect(new Set(Object.values(made ?? {})).size).toBe(3);
    expect(readFileSync(join(home, "token"), "utf8").trim()).toBe(made?.token);
    expect([modeOf(), modeOf("secrets")]).toEqual([0o700, 0o700]);
    expect([modeOf("token"), modeOf("secrets", "private.json")]).toEqual([0o600, 0o600]);
    expect(secretsOf(home, undefined)).toEqual(made);
    expect(secretsOf(home, true)).toEqual(made);
  });

  test("a token that was removed is made again; one that was chosen is taken", () => {
    const first = secretsOf(home, true);
    rmSync(join(home, "token"));
    // One file is enough for a home to be private: none is so no longer because something was lost.
    const second = secretsOf(home, undefined);
    expect(second?.token).not.toBe(first?.token);
    expect(second?.kafka).toBe(first?.kafka);
    writeFileSync(join(home, "token"), "chosen-by-its-owner\n", { mode: 0o644 });
    chmodSync(join(home, "token"), 0o644);
    expect(secretsOf(home, undefined)?.token).toBe("chosen-by-its-owner");
    expect(modeOf("token")).toBe(0o600);
  });

  test("end with --no-private", () => {
    secretsOf(home, true);
    expect(secretsOf(home, false)).toBeUndefined();
    expect(secretsOf(home, undefined)).toBeUndefined();
    expect(existsSync(join(home, "token"))).toBe(false);
  });

  test.each([
    ["token", "short"],
    ["token", "two words of enough length"],
    ["secrets/private.json", "[]"],
    ["secrets/private.json", '{"kafka":"a-password"}'],
    ["secrets/private.json", '{"kafka":"with a quote \\" in it","postgres":"another-one"}'],
  ])("%s that holds %j is refused by its name, without what is in it", (name, text) => {
    secretsOf(home, true);
    writeFileSync(join(home, name), text);
    expect(() => secretsOf(home, undefined)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => secretsOf(home, undefined)).toThrow(name);
    expect(() => secretsOf(home, undefined)).not.toThrow(text);
  });
});

test("a folder that stays open to others is no private home", () => {
  // Its mode is the kernel's, even for root.
  const [home, problem] = ["/proc/self", /--private needs a --home that belongs to you/] as const;
  expect(() => secretsOf(home, true)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => secretsOf(home, true)).toThrow(problem);
});

test("only servers of this home are shown its secrets", () => {
  const secrets = { token: "the-token", kafka: "of-kafka", postgres: "of-postgres" };
  expect(loginsFor([], secrets)).toEqual({ HTTP_TOKEN: "the-token" });
  expect(loginsFor(["KSQLDB_URL", "MQTT_URL"], secrets)).toEqual({
    HTTP_TOKEN: "the-token",
    KSQLDB_USER: "elevated",
    KSQLDB_PASSWORD: "the-token",
  });
  expect(loginsFor(["KAFKA_BROKERS"], secrets)).toMatchObject({
    KAFKA_SASL_MECHANISM: "plain",
    KAFKA_SASL_PASSWORD: "of-kafka",
  });
  expect(withPostgresPassword("postgresql://cta_admin:chicago@127.0.0.1:5432/cta", secrets)).toBe(
    "postgresql://cta_admin:of-postgres@127.0.0.1:5432/cta",
  );
});
