import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import { DEFAULT_ENDPOINTS } from "../../runtime/service/endpoints.ts";
import { ManualClock } from "../../runtime/testing/manual-clock.ts";
import { catalogue, partNames } from "./parts/catalogue.ts";
import { foundCluster } from "./parts/kafka-cluster.ts";
import { toolchainOf } from "./process/jvm.ts";
import { checkOptions } from "./system.ts";

const home = mkdtempSync(join(tmpdir(), "elevated-system-"));
const three = mkdtempSync(join(tmpdir(), "elevated-system-"));
afterAll(() => {
  for (const folder of [home, three]) rmSync(folder, { recursive: true, force: true });
});

describe("options that can never be right", () => {
  const refused = (only: readonly string[], without: readonly string[], where = home) =>
    expect(() => checkOptions({ env: {}, home: where }, { only, without }));

  test("a misspelt part is answered with the nearest one", () => {
    refused(["kafk"], []).toThrow(/no part "kafk": did you mean kafka\?/);
    refused([], ["firmwaresim"]).toThrow(/did you mean firmware-sim\?/);
    refused(["kafka", "edge"], ["fleet-ingest"]).not.toThrow();
  });

  test("the second broker is a part where the home has three", () => {
    refused(["kafka-2"], []).toThrow("no part");
    foundCluster(three, 3);
    refused(["kafka-2"], [], three).not.toThrow();
    expect(() => checkOptions({ env: {}, home: three }, { without: [], brokers: 1 })).toThrow(
      "three brokers",
    );
  });
});

test("every part that can be started has a name that can be asked for", () => {
  const root = projectRoot();
  const context = {
    root,
    home,
    env: {},
    clock: new ManualClock(),
    watchdog: { watch() {}, forget() {}, close() {} },
    toolchain: toolchainOf(root),
  };
  const settings = {
    addresses: DEFAULT_ENDPOINTS,
    portOf: () => 1,
    elsewhere: [],
    brokers: 3,
    durable: false,
    sources: true,
    simulatorArgs: [],
    watched: {},
    logger: silentLogger,
  } as const;
  const found = (["ksql", "flink"] as const).flatMap(
    (engine) => catalogue(context, { ...settings, engine }).parts,
  );
  const names = new Set(found.map(({ name }) => name));
  expect([...names].sort()).toEqual([...partNames(3)].sort());
});
