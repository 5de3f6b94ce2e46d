import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { READ_EVERY, SCAN_MS, watchLines } from "./watcher.ts";

const DEVICE = "40380-T1";
let root: string;
let folder: string;
let clock: ManualClock;
let said: string[];
let stop = (): void => {};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "watcher-"));
  folder = join(root, "lines");
  clock = new ManualClock();
  said = [];
  for (const tty of ["tty1", "tty2"]) writeFileSync(join(root, tty), "");
});
afterEach(() => {
  stop();
  rmSync(root, { recursive: true });
});

const plugs = {
  plug: (id: string, path: string) => void said.push(`plug ${id} ${path.slice(folder.length + 1)}`),
  unplug: (id: string) => void said.push(`unplug ${id}`),
};

/** Nothing changes for long, and the folder has been as it is for longer than a file system's clock ticks. */
function rested(): readonly string[] {
  utimesSync(folder, 1, 1);
  return looked(3 * READ_EVERY);
}

/** What one look finds, whatever a watch has told by then. */
function looked(times = 1): readonly string[] {
  for (let i = 0; i < times; i++) clock.advance(SCAN_MS);
  return said.splice(0);
}

test("a line that comes, is replaced under its name, and goes is noticed at the next look", () => {
  mkdirSync(folder);
  stop = watchLines(folder, clock, plugs);
  expect(rested()).toEqual([]);
  symlinkSync(join(root, "tty1"), join(folder, DEVICE));
  expect(looked()).toEqual([`plug ${DEVICE} ${DEVICE}`]);
  rested();
  symlinkSync(join(root, "tty2"), join(root, "new"));
  renameSync(join(root, "new"), join(folder, DEVICE));
  expect(looked()).toEqual([`plug ${DEVICE} ${DEVICE}`]);
  rested();
  rmSync(join(folder, DEVICE));
  expect(looked()).toEqual([`unplug ${DEVICE}`]);
});

test("a folder that comes, goes and comes again is followed", () => {
  stop = watchLines(folder, clock, plugs);
  expect(looked(3)).toEqual([]);
  const make = (): void => {
    mkdirSync(folder);
    symlinkSync(join(root, "tty1"), join(folder, DEVICE));
  };
  make();
  expect(looked()).toEqual([`plug ${DEVICE} ${DEVICE}`]);
  rested();
  rmSync(folder, { recursive: true });
  expect(looked()).toEqual([`unplug ${DEVICE}`]);
  make();
  expect(looked()).toEqual([`plug ${DEVICE} ${DEVICE}`]);
});

test("a link whose tty is gone is noticed, though its folder has not changed", () => {
  mkdirSync(folder);
  symlinkSync(join(root, "tty1"), join(folder, DEVICE));
  stop = watchLines(folder, clock, plugs);
  rested();
  rmSync(join(root, "tty1"));
  expect(looked(READ_EVERY)).toEqual([`unplug ${DEVICE}`]);
});

test("a folder in which nothing changes is not read at every look", () => {
  mkdirSync(folder);
  let reads = 0;
  stop = watchLines(folder, clock, plugs, () => {
    reads++;
    return new Map();
  });
  looked(2 * READ_EVERY);
  reads = 0;
  looked(10 * READ_EVERY);
  expect(reads).toBe(10);
});
