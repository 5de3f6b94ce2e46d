import { fork, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { type Logger, silentLogger } from "../../../infra/runtime/logger.ts";
import { isAlive, thisProcess } from "../../../infra/runtime/process-identity.ts";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { seededRandom } from "../../../infra/runtime/random.ts";
import type { Journal } from "../journal.ts";
import { mapBytes, openOutbox } from "../open.ts";
import { hello, readings } from "../outbox.contract.ts";
import { MemoryOutboxStore } from "../testing/memory-store.ts";
import { LmdbFile } from "./lmdb-file.ts";
import { mendOutbox } from "./mend.ts";
import { rescue } from "./rescue.ts";

/** Every page of the file is damaged in turn: DAMAGE_PAGES=all. */
const PAGES = process.env["DAMAGE_PAGES"] === "all" ? Number.POSITIVE_INFINITY : 20;
const PAGE_BYTES = 4096;
const LIMIT_BYTES = 2 ** 26;
const DEVICES = Array.from({ length: 12 }, (_, i) => `40380-T${i + 1}`);
const WAIT_FROM = 51;
const WAIT_TO = 300;

let home: string;
/** The bytes of a sound outbox: of each device 51 to 300 wait, and reading 50 was set aside. */
let sound: Buffer;

const folder = (): string => join(home, "outbox");
const dataFile = (): string => join(folder(), "data.mdb");
const open = (): Journal =>
  openOutbox({ folder: folder(), limitBytes: LIMIT_BYTES, clock: systemClock, logger: silentLogger });
const startLook = (path: string) =>
  fork(join(projectRoot(), "dist", "edge", "main.js"), ["look-at-outbox", path], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "mend-"));
  const outbox = open();
  for (const deviceId of DEVICES) {
    await outbox.adopt(deviceId, hello({ deviceId }));
    for (let seq = 1; seq <= WAIT_TO; seq += 50) {
      await outbox.append(deviceId, readings(seq, seq + 49, { deviceId }));
    }
    outbox.release(deviceId, WAIT_FROM - 2);
    await outbox.quarantine(deviceId, WAIT_FROM - 1, "TEST");
  }
  await outbox.close();
  sound = readFileSync(dataFile());
});
afterAll(() => rmSync(home, { recursive: true }));

/** Put the sound file back, with this done to it. */
function damage(change: (bytes: Buffer) => Buffer | undefined): void {
  for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true });
  mkdirSync(folder());
  const bytes = Buffer.from(sound);
  writeFileSync(dataFile(), change(bytes) ?? bytes);
}

const zero = (bytes: Buffer, page: number): Buffer =>
  bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
const seqsOf = (store: MemoryOutboxStore | Journal, deviceId: string): readonly number[] =>
  store instanceof MemoryOutboxStore
    ? store.read(deviceId, 1, 1_000).map(({ bytes }) => bytes.readDoubleBE(8))
    : store.peek(deviceId, 1, 1_000).map(({ reading }) => reading.seq);
const WAITING = Array.from({ length: WAIT_TO - WAIT_FROM + 1 }, (_, i) => WAIT_FROM + i);

test("a sound file has no fault, while it is written too", async () => {
  damage(() => undefined);
  const random = seededRandom(1, "writer");
  const outbox = open();
  for (let round = 0; round < 40; round++) {
    for (const deviceId of DEVICES) {
      const { stored, head, tail } = outbox.ledger(deviceId);
      if (random() < 0.5)
        void outbox.append(
          deviceId,
          readings(stored + 1, stored + 1 + Math.floor(random() * 90), { deviceId }),
        );
      else outbox.release(deviceId, tail + Math.floor(random() * (head - tail)));
    }
    await outbox.adopt("41400-T1", hello({ deviceId: "41400-T1", total: round }));
    const file = new LmdbFile(dataFile());
    expect({ round, fault: file.fault() }).toEqual({ round, fault: null });
    file.close();
  }
  await outbox.close();
});

test.each(["zeroed", "overwritten", "cut off before"])(
  "a page %s: a fault when it is in use, and only what stood on it is lost",
  async (how) => {
    const random = seededRandom(7, how);
    const pages = sound.length / PAGE_BYTES;
    const path = join(home, "one.mdb");
    let used = 0;
    for (let i = 0; i < Math.min(PAGES, pages); i++) {
      const page = PAGES < pages ? Math.floor(random() * pages) : i;
      const bytes = zero(Buffer.from(sound), page);
      if (how === "overwritten")
        for (let at = 0; at < PAGE_BYTES; at++) bytes[page * PAGE_BYTES + at] = Math.floor(random() * 256);
      writeFileSync(path, bytes);
      if (how === "cut off before") truncateSync(path, page * PAGE_BYTES);
      const file = new LmdbFile(path);
      const fault = file.fault();
      const store = new MemoryOutboxStore();
      const rescued = await rescue(file, store);
      file.close();
      if (fault === null)
        expect({ page, ...rescued }).toMatchObject({ page, devices: DEVICES.length, lost: new Map() });
      else used += 1;
      for (const deviceId of DEVICES) {
        const kept = seqsOf(store, deviceId);
        const ledger = store.ledger(deviceId);
        expect(ledger?.head ?? 1).toBe((ledger?.tail ?? 1) + kept.length);
        if (how !== "cut off before" && page > 1)
          expect(WAITING.filter((seq) => !kept.includes(seq)).length).toBeLessThan(150);
        const named = ledger?.losses.filter(({ reason }) => reason === "vanished-outbox") ?? [];
        for (const seq of ledger ? WAITING : []) {
          const isKnown = kept.includes(seq) || named.some(({ from, to }) => from <= seq && seq <= to);
          const comesAgain = seq > (ledger?.boots[0]?.stored ?? 0);
          expect({ page, deviceId, seq, isKnown: isKnown || comesAgain }).toEqual({
            page,
            deviceId,
            seq,
            isKnown: true,
          });
        }
      }
    }
    expect(used).toBeGreaterThan(PAGES < pages ? 5 : 50);
  },
);

/** The root of the list of free pages, by the newer of the two meta pages. */
function freeListPage(bytes: Buffer): number {
  const [x = bytes, y = bytes] = [bytes.subarray(24), bytes.subarray(PAGE_BYTES + 24)];
  return Number((x.readBigUInt64LE(128) > y.readBigUInt64LE(128) ? x : y).readBigUInt64LE(64));
}

const DAMAGES: Record<string, (bytes: Buffer) => Buffer> = {
  halved: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  emptied: () => Buffer.alloc(0),
  "zeroed from the middle on": (bytes) => bytes.fill(0, Math.floor(bytes.length / 2)),
  "zeroed where its free pages are listed": (bytes) => zero(bytes, freeListPage(bytes)),
};

test.each(Object.keys(DAMAGES))(
  "a file %s is set aside, and its outbox works",
  async (how) => {
    damage((bytes) => DAMAGES[how]?.(bytes));
    const damaged = readFileSync(dataFile());
    const told: { setAside?: string; readings?: number }[] = [];
    const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
      error: (fields: (typeof told)[number]) => told.push(fields),
    });
    await mendOutbox({
      ...{ folder: folder(), mapBytes: mapBytes(LIMIT_BYTES), startLook, owner: thisProcess() },
      ...{ isAlive, clock: systemClock, logger },
    });
    expect(told).toMatchObject([{ code: "EDGE_OUTBOX_DAMAGED" }]);
    expect(readdirSync(home).sort()).toEqual(["outbox", told[0]?.setAside?.split("/").at(-1)]);
    expect(readFileSync(join(told[0]?.setAside ?? "", "data.mdb")).equals(damaged)).toBe(true);
    const outbox = open();
    for (const deviceId of DEVICES) {
      if (how.includes("free pages")) expect(seqsOf(outbox, deviceId)).toEqual(WAITING);
      const { stored } = outbox.ledger(deviceId);
      await outbox.append(deviceId, readings(stored + 1, stored + 200, { deviceId }));
      outbox.release(deviceId, outbox.ledger(deviceId).head - 1);
    }
    await outbox.close();
    const file = new LmdbFile(dataFile());
    expect(file.fault()).toBeNull();
    file.close();
  },
  120_000,
);

test("one that another agent uses is left alone; a sound one too, and one that cannot be looked at", async () => {
  damage(() => undefined);
  const outbox = open();
  const other = { pid: process.ppid, started: "" };
  outbox.claim(40380, other);
  await outbox.close();
  const bytes = readFileSync(dataFile());
  const options = {
    ...{ folder: folder(), mapBytes: mapBytes(LIMIT_BYTES), startLook, owner: thisProcess() },
    ...{ isAlive, clock: systemClock, logger: silentLogger },
  };
  await mendOutbox(options);
  expect(readdirSync(home)).toEqual(["outbox"]);
  writeFileSync(dataFile(), zero(Buffer.from(bytes), freeListPage(bytes)));
  await expect(mendOutbox(options)).rejects.toMatchObject({
    code: "EDGE_OUTBOX_DAMAGED",
    context: { pid: other.pid },
  });
  const dies = ["-e", "process.kill(process.pid, 'SIGSEGV')"];
  const startDying = () => spawn(process.execPath, dies, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  await expect(mendOutbox({ ...options, startLook: startDying })).rejects.toMatchObject({
    code: "EDGE_OUTBOX_DAMAGED",
    context: { pid: other.pid },
  });
  await mendOutbox({ ...options, startLook: () => fork(join(home, "no-such-program"), { silent: true }) });
  expect(readdirSync(home)).toEqual(["outbox"]);
}, 120_000);

test("a start that was killed between the two renames is finished by the next", async () => {
  damage(() => undefined);
  cpSync(folder(), `${folder()}.mended`, { recursive: true });
  rmSync(folder(), { recursive: true });
  await mendOutbox({
    ...{ folder: folder(), mapBytes: mapBytes(LIMIT_BYTES), startLook, owner: thisProcess() },
    ...{ isAlive, clock: systemClock, logger: silentLogger },
  });
  const outbox = open();
  expect(seqsOf(outbox, "40380-T1")).toEqual(WAITING);
  await outbox.close();
}, 120_000);

test("an outbox that has grown since it was opened for a look is sound", async () => {
  damage(() => undefined);
  const pages = new LmdbFile(dataFile());
  const outbox = open();
  try {
    const [deviceId = ""] = DEVICES;
    await outbox.append(deviceId, readings(WAIT_TO + 1, WAIT_TO + 5_000, { deviceId }));
    expect(statSync(dataFile()).size).toBeGreaterThan(sound.length);
    expect(pages.fault()).toBeNull();
  } finally {
    await outbox.close();
    pages.close();
  }
});
