import { describe, expect, test } from "vitest";
import type { BootState } from "../../../../schemas/records.ts";
import type { BootClaim } from "../../../../schemas/states.ts";
import { hopsOf, isSetAside, type Known, passed, waitAt } from "./progress.ts";

const NOTHING: Known = {
  ref: { deviceId: "40380-T1", bootId: 7, seq: 50 },
  kind: "turnstile",
  simulated: null,
  device: undefined,
  agent: undefined,
  dedup: [],
  found: { raw: false, clean: false, row: false, audited: false, cuts: true },
  parts: [],
  down: [],
};
const ONLINE = { state: "online", reason: "", since: 0, positions: null, boots: [] } as const;
const claim = (numbers: Partial<BootClaim>): Pick<Known, "device"> => {
  const boot = { bootId: 7, memoryBootId: 7, numbered: 0, happened: 0, first: 1, stored: 0, published: null };
  return { device: { ...ONLINE, boots: [{ ...boot, ...numbers }] } };
};
const counted = (numbers: Partial<BootState>): Pick<Known, "dedup"> => {
  const boot = { device_id: "40380-T1", boot_id: 7, ranges: [], lost: [], duplicates: 0, total: 0 };
  return { dedup: [{ ...boot, ...numbers }] };
};
const simulated = { bootId: 7, seq: 50, plugged: true, faults: [], held: true };

const last = (known: Partial<Known>): string | undefined => {
  const all = { ...NOTHING, ...known };
  return hopsOf(all.kind)[passed(all) - 1];
};

describe("how far a reading has come is told by whoever has it furthest", () => {
  test.each<[string, Partial<Known>, string | undefined]>([
    ["nobody", {}, undefined],
    ["a simulator that has numbered less", { simulated: { ...simulated, seq: 49, held: false } }, undefined],
    ["a simulator whose ring has forgotten it", { simulated: { ...simulated, held: false } }, "disk"],
    [
      "a simulator that is in another boot",
      { simulated: { ...simulated, bootId: 8, held: false } },
      undefined,
    ],
    ["a ring that holds it, whatever its agent says", { simulated, ...claim({ stored: 50 }) }, "ring"],
    ["an agent that heard of it", claim({ numbered: 50 }), "ring"],
    ["an agent that has it", claim({ numbered: 50, stored: 50, published: 49 }), "disk"],
    ["an agent that has another boot's", claim({ bootId: 8, stored: 90 }), undefined],
    ["a PUBACK", claim({ published: 50 }), "raw"],
    ["the raw record", { found: { ...NOTHING.found, raw: true } }, "raw"],
    ["dedup", counted({ ranges: [{ from: 1, to: 50 }] }), "clean"],
    [
      "dedup, of what is beside a gap",
      counted({
        ranges: [
          { from: 1, to: 49 },
          { from: 51, to: 60 },
        ],
      }),
      undefined,
    ],
    ["the row", { found: { ...NOTHING.found, clean: true, row: true } }, "sum"],
    [
      "the auditor, before the row is there",
      { found: { ...NOTHING.found, clean: true, audited: true } },
      "clean",
    ],
    ["the auditor", { found: { ...NOTHING.found, clean: true, row: true, audited: true } }, "proof"],
    [
      "the auditor, where rows say nothing of themselves",
      { found: { ...NOTHING.found, clean: true, audited: true, cuts: false } },
      "proof",
    ],
  ])("%s", (_, known, hop) => expect(last(known)).toBe(hop));

  test("sums over a memory of one boot are that boot's", () => {
    const positions = { numbered: 60, happened: 60, stored: 55, published: 40, quarantined: 0 };
    const of = (memoryBootId: number) =>
      last({ device: { ...ONLINE, positions: { ...positions, bootId: 7, memoryBootId } } });
    expect([of(7), of(6)]).toEqual(["disk", undefined]);
  });

  test("reports of trains are not added up", () => {
    expect(hopsOf("arrival")).not.toContain("sum");
    const found = { ...NOTHING.found, clean: true };
    expect(last({ kind: "arrival", found })).toBe("clean");
    expect(last({ kind: "arrival", found: { ...found, audited: true } })).toBe("proof");
  });
});

test("what dedup knows as lost is set aside", () => {
  expect(isSetAside({ ...NOTHING, ...counted({ lost: [{ from: 50, to: 51 }] }) })).toBe(true);
  expect(isSetAside({ ...NOTHING, ...counted({ lost: [{ from: 51, to: 51 }] }) })).toBe(false);
});

describe("why it is not further", () => {
  const part = (name: string) => ({ name, state: "starting", ms: null, restarts: 1, reason: null });
  test.each<[Parameters<typeof waitAt>[0], Partial<Known>, RegExp, number | null]>([
    ["line", { simulated: { ...simulated, plugged: false } }, /ring: the line is unplugged/, null],
    [
      "line",
      { simulated: { ...simulated, plugged: false }, device: { ...ONLINE, state: "offline", since: 9 } },
      /ring: the line is unplugged/,
      9,
    ],
    [
      "line",
      { device: { ...ONLINE, state: "offline", reason: "silent for 6 s", since: 9 } },
      /ring: silent for 6 s/,
      9,
    ],
    ["line", { simulated: { ...simulated, faults: ["noise"] } }, /disturbed \(noise\)/, null],
    ["line", { down: ["edge"] }, /agent that reads the line is down/, null],
    ["mqtt", { down: ["gateway"] }, /disk: the gateway is down/, null],
    ["mqtt", { down: ["Kafka"] }, /no PUBACK/, null],
    ["mqtt", { agent: { state: "offline", reason: "connection lost", since: 5 } }, /connection lost/, 5],
    ["clean", { down: ["central"] }, /dedup is down/, null],
    ["sum", { down: ["ksqlDB"] }, /ksql is down/, null],
    ["proof", { parts: [part("audit")] }, /auditor is down/, null],
  ])("before %s", (hop, known, words, since) => {
    const wait = waitAt(hop, { ...NOTHING, ...known });
    expect(wait).toMatchObject({ fault: true, since });
    expect(wait.words).toMatch(words);
  });

  test("when nothing is broken it says so, and at no hop it is silent", () => {
    for (const hop of hopsOf("turnstile")) {
      const { words, fault } = waitAt(hop, NOTHING);
      expect(fault).toBe(false);
      expect(words).toMatch(/\.$/);
    }
  });
});
