import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { httpUrl, readConfig } from "./config.ts";
import { effectiveSettings } from "./config-print.ts";
import { writeEndpoints } from "./endpoints.ts";
import { resolveEndpoints, settingsIn, withOptions } from "./precedence.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "precedence-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const OPTION = "http://option:1";
const ENVIRONMENT = "http://environment:1";
const FILE = "http://file:1";
const RUNNING = "http://running:1";
const DEFAULT = "http://127.0.0.1:8088";

/** Each source that is given, from the strongest to the weakest. */
test.each([
  [{ option: true, environment: ENVIRONMENT, file: true, running: true }, OPTION, "environment"],
  [{ option: false, environment: ENVIRONMENT, file: true, running: true }, ENVIRONMENT, "environment"],
  [{ option: false, environment: "", file: true, running: true }, FILE, "file"],
  [{ option: false, environment: undefined, file: true, running: true }, FILE, "file"],
  [{ option: false, environment: "", file: false, running: true }, RUNNING, "running system"],
  [{ option: false, environment: "", file: false, running: false }, DEFAULT, "default"],
])("%j gives %s: the same to a service, to config print and to commands", (given, value, from) => {
  const file = join(home, "url");
  writeFileSync(file, `${FILE}\n`);
  if (given.running) writeEndpoints(home, { KSQLDB_URL: RUNNING });
  const env = withOptions(
    {
      ELEVATED_HOME: home,
      KSQLDB_URL: given.environment,
      KSQLDB_URL_FILE: given.file ? file : undefined,
    },
    { KSQLDB_URL: given.option ? OPTION : undefined },
  );
  const schema = z.object({ KSQLDB_URL: httpUrl });
  expect(readConfig(schema, env).KSQLDB_URL).toBe(value);
  expect(resolveEndpoints(env).KSQLDB_URL).toBe(value);
  const [row] = effectiveSettings(schema, env);
  expect(row?.value).toBe(value);
  expect(row?.from).toMatch(new RegExp(`^${from}`));
});

test("the file of a setting that is a file by itself is not read", () => {
  const schema = z.object({ TLS_CERT: z.string().optional(), TLS_CERT_FILE: z.string() });
  const env = { ELEVATED_HOME: home, TLS_CERT_FILE: "/nowhere.pem" };
  expect(readConfig(schema, env)).toEqual({ TLS_CERT_FILE: "/nowhere.pem" });
});

test.each([
  [{}, "of this home", "running system"],
  [{ KSQLDB_URL: "http://elsewhere:1" }, undefined, undefined],
  [{ KSQLDB_URL_FILE: "/somewhere" }, undefined, undefined],
  [{ KSQLDB_URL: "http://elsewhere:1", KSQLDB_PASSWORD: "of elsewhere" }, "of elsewhere", "environment"],
])("a login of the running system is not sent elsewhere: %j", (given, value, from) => {
  writeEndpoints(
    home,
    { KSQLDB_URL: RUNNING },
    { HTTP_TOKEN: "of this home", KSQLDB_PASSWORD: "of this home" },
  );
  const found = settingsIn({ ELEVATED_HOME: home, ...given }, [])("KSQLDB_PASSWORD");
  expect(found?.value).toBe(value);
  expect(found?.from.split(" (")[0]).toBe(from);
});

test("nor to what may be at the ports of a system that was killed", () => {
  const POSTGRES_URL = "postgresql://cta_admin:of-this-home@127.0.0.1:1/cta";
  writeEndpoints(home, { POSTGRES_URL, KSQLDB_URL: RUNNING }, { HTTP_TOKEN: "x", KSQLDB_PASSWORD: "x" });
  const find = (name: string) => settingsIn({ ELEVATED_HOME: home }, [])(name)?.value;
  expect([find("POSTGRES_URL"), find("KSQLDB_PASSWORD")]).toEqual([POSTGRES_URL, "x"]);
  const file = join(home, "run", "endpoints.json");
  const dead = spawnSync(process.execPath, ["--version"]).pid;
  writeFileSync(file, readFileSync(file, "utf8").replace(`"${process.pid}"`, `"${dead}"`));
  expect([find("HTTP_TOKEN"), find("KSQLDB_PASSWORD"), find("KSQLDB_URL")]).toEqual([
    undefined,
    undefined,
    RUNNING,
  ]);
  expect(find("POSTGRES_URL")).not.toContain("of-this-home");
});
