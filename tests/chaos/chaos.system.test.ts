import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { chaos } from "./chaos.ts";
import { FAULTS } from "./faults.ts";

/** Another seed, and longer: CHAOS_SEED=7 CHAOS_MINUTES=5. `npm run chaos` says more. */
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const MINUTES = Number(process.env["CHAOS_MINUTES"] ?? 0.4);
const SETTLE_MS = 300_000;

test(
  `each press is counted once, in order and by every witness after the faults of seed ${SEED}`,
  async () => {
    const home = mkdtempSync(join(tmpdir(), "elevated-chaos-"));
    const said: string[] = [];
    const report = await chaos({
      home,
      root: projectRoot(),
      brokers: 1,
      seed: SEED,
      minutes: MINUTES,
      rate: 100,
      faults: Object.keys(FAULTS),
      replace: {},
      settleMs: SETTLE_MS,
      note: (line) => said.push(line),
      signal: new AbortController().signal,
    });
    expect(report, said.join("\n")).toMatchObject({
      ...{ lost: 0, doubled: 0, outOfOrder: 0, named: [], missummed: [], misnamed: [], joined: [] },
      misreported: [],
      ...{ page: report.pressed, browser: { missing: null, total: report.pressed, differing: [] } },
      ...{ auditor: { state: "holds", findings: 0 }, agrees: true, holds: true },
    });
    expect(report.pressed).toBeGreaterThan(0);
    rmSync(home, { recursive: true, force: true });
  },
  SETTLE_MS + 300_000 + MINUTES * 60_000,
);
