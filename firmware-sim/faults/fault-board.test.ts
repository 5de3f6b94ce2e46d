import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { devicesOf } from "../../schemas/network/devices.ts";
import { stationById } from "../../schemas/network/network.ts";
import type { BootRecord } from "../device/identity.ts";
import { DeviceGroup } from "../devices/device-group.ts";
import { MockHost } from "../hosts/testing/mock-host.ts";
import { FaultBoard } from "./fault-board.ts";

let clock: ManualClock;
let devices: DeviceGroup;
let board: FaultBoard;
let book: Map<string, BootRecord>;

beforeEach(async () => {
  clock = new ManualClock();
  book = new Map();
  const stations = [40380, 41400].flatMap((id) => stationById(id) ?? []);
  let nonce = 0;
  devices = new DeviceGroup({
    devices: stations.flatMap((station) => devicesOf(station)),
    folder: mkdtempSync(join(tmpdir(), "firmware-devices-")),
    identities: {
      get: (id) => book.get(id),
      put: (records) => {
        for (const [id, record] of records) book.set(id, record);
      },
    },
    host: new MockHost(),
    baudRate: 115_200,
    seed: 1,
    clock,
    service: () => clock.now(),
    nonce: () => ++nonce,
    onLineError: (_, error) => {
      throw error;
    },
  });
  await devices.start();
  board = new FaultBoard(devices, clock, (_, error) => {
    throw error;
  });
  return () => {
    board.stop();
    devices.stop();
  };
});

const unplugged = (): string[] =>
  devices.members.filter(({ line }) => line.path === undefined).map(({ ref }) => ref.id);

/** Plugging in is asynchronous: let it happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("targets", () => {
  test.each([
    ["40380-T1", 1],
    ["40380", 6],
    ["clark/lake", 6],
    // Two stations of this name; 41400 is the one on these lines here.
    ["Roosevelt", 6],
    ["blue", 4],
    ["green", 8],
    ["all", 12],
  ])("%s means %i devices", (target, count) => {
    expect(board.strike({ kind: "hang", target })).toHaveLength(count);
  });

  test("a target that means nothing is refused with what comes nearest", () => {
    expect(() => board.strike({ kind: "hang", target: "40381" })).toThrowError(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("40380 Clark/Lake") }),
    );
  });
});

test("a fault with a duration heals by itself, one without stays", async () => {
  board.strike({ kind: "unplug", target: "40380-T1", forMs: 5000 });
  board.strike({ kind: "unplug", target: "40380-T2" });
  expect(unplugged()).toEqual(["40380-T1", "40380-T2"]);
  expect(board.active).toMatchObject([
    { kind: "unplug", device: "40380-T1", healsAt: clock.now() + 5000 },
    { kind: "unplug", device: "40380-T2", healsAt: null },
  ]);
  clock.advance(5000);
  await settled();
  expect(unplugged()).toEqual(["40380-T2"]);
});

test("a fault struck again lasts as the newer one says", async () => {
  board.strike({ kind: "unplug", target: "40380-T1", forMs: 1000 });
  board.strike({ kind: "unplug", target: "40380-T1", forMs: 9000 });
  clock.advance(5000);
  await settled();
  expect(unplugged()).toEqual(["40380-T1"]);
  expect(board.active).toHaveLength(1);
});

test("healing ends what was asked for, and nothing else", async () => {
  board.strike({ kind: "unplug", target: "40380" });
  board.strike({ kind: "noise", target: "all" });
  expect(await board.heal("40380", ["unplug"])).toBe(6);
  expect(unplugged()).toEqual([]);
  expect(await board.heal("all")).toBe(12);
  expect(board.active).toEqual([]);
});

test("a reboot of many devices is one durable write, and each begins the next boot", () => {
  const before = new Map(book);
  expect(board.strike({ kind: "reboot", target: "41400" })).toHaveLength(6);
  for (const { ref, line } of devices.members) {
    const rise = ref.stationId === 41400 ? 1 : 0;
    expect(book.get(ref.id)?.bootId).toBe((before.get(ref.id)?.bootId ?? 0) + rise);
    expect(line.device.boot).toEqual(book.get(ref.id));
  }
  expect(board.active).toEqual([]);
});
