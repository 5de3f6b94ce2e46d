import { beforeEach, describe, expect, test } from "vitest";
import { parseDeviceId, turnstileId } from "../../../schemas/network/devices.ts";
import type { FindingReporter } from "./account.ts";
import { StationAudit } from "./station.ts";

const STATION = 40_380;
const found: string[] = [];
const reporter: FindingReporter = {
  found: ({ kind, bootId, from, to }) => {
    found.push(`${kind} ${bootId}:${from}–${to}`);
  },
  withdrawn() {},
};
const turnstile = parseDeviceId(turnstileId(STATION, 1));

beforeEach(() => {
  found.length = 0;
});

/** Runs of one agent in the raw topic, each in a record of its own. */
function show(
  station: StationAudit,
  ...runs: readonly (readonly [bootId: number, from: number, to: number])[]
) {
  if (!turnstile) throw new Error("no device of that name");
  for (const [offset, [bootId, from, to]] of runs.entries()) {
    const evidence = { topic: "raw", partition: 0, offset };
    const run = { bootId, from, to, contents: null };
    station.device(turnstile).raw(run, { agentBoot: 1, since: 0 }, evidence, false, "clean");
  }
}

const again = (station: StationAudit): StationAudit =>
  new StationAudit(STATION, reporter, true, JSON.parse(JSON.stringify(station)));

test("an agent's earlier readings behind its later ones are out of order", () => {
  show(new StationAudit(STATION, reporter, true), [1, 6, 7], [1, 5, 5]);
  expect(found).toEqual(["out-of-order 1:5–5"]);
});

describe("behind a raw topic that is no more, which may have held what was not read", () => {
  test.each([
    ["of a boot that was known", [1, 1, 3], [1, 6, 7], [1, 5, 5]],
    ["of a boot that was not", [1, 1, 3], [2, 6, 7], [2, 5, 5]],
    ["of a device that was not", undefined, [2, 6, 7], [2, 5, 5]],
  ] as const)("%s: what comes again is no finding, also after a restart", (_, before, later, earlier) => {
    const station = new StationAudit(STATION, reporter, true);
    if (before) show(station, before);
    station.rawMadeAnew();
    const restarted = again(station);
    show(station, later, earlier);
    show(restarted, later, earlier);
    expect(found).toEqual([]);
  });

  test("of a boot that began in the new one, and of those after it, order counts", () => {
    const station = new StationAudit(STATION, reporter, true);
    station.rawMadeAnew();
    show(station, [2, 1, 1], [2, 4, 4], [2, 3, 3], [3, 6, 7], [3, 5, 5]);
    expect(found).toEqual(["out-of-order 2:3–3", "out-of-order 3:5–5"]);
  });
});
