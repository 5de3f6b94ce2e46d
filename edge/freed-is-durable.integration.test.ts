import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../infra/runtime/clock.ts";
import { silentLogger } from "../infra/runtime/logger.ts";
import { openOutbox } from "./outbox/open.ts";
import { Rig, until } from "./testing/rig.ts";

/**
 * A file system in a file. The kernel keeps what is written to it in memory until it is flushed, so a copy of that file is
 * what a power cut leaves of the file system at this moment.
 */
class Disk {
  readonly #folder = mkdtempSync(join(tmpdir(), "disk-"));
  readonly #mounted: string[] = [];
  readonly #image = join(this.#folder, "image");

  constructor(mountPoint: string) {
    writeFileSync(this.#image, "");
    truncateSync(this.#image, 2 ** 25);
    execFileSync("mkfs.ext4", ["-q", "-F", this.#image]);
    this.#mount(this.#image, mountPoint);
  }

  /** @returns where the file system is mounted as it is after a power cut now. */
  cutPower(): string {
    const copy = join(this.#folder, `cut-${this.#mounted.length}`);
    copyFileSync(this.#image, copy);
    const mountPoint = `${copy}-mounted`;
    this.#mount(copy, mountPoint);
    return mountPoint;
  }

  #mount(image: string, mountPoint: string): void {
    mkdirSync(mountPoint, { recursive: true });
    execFileSync("mount", ["-o", "loop", image, mountPoint], { stdio: "pipe" });
    this.#mounted.push(mountPoint);
  }

  remove(): void {
    for (const mountPoint of this.#mounted) execFileSync("umount", [mountPoint]);
    rmSync(this.#folder, { recursive: true });
  }
}

/** Only root may mount, and in many containers not even root. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const probe = mkdtempSync(join(tmpdir(), "probe-"));
  try {
    new Disk(probe).remove();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
}

const T1 = "40380-T1";
const mayMount = canMount();
let rig: Rig;
let disk: Disk;
beforeEach(async () => {
  rig = await Rig.start();
  if (!mayMount) return;
  const made = new Disk(join(rig.home, "edge", "outbox"));
  disk = made;
  rig.undo.push(() => made.remove());
});
afterEach(() => rig.close());

test.skipIf(!mayMount)("what a device may free is on the disk: a power cut does not lose it", async () => {
  const turnstile = rig.plugIn(T1);
  await rig.gateway.kill();
  rig.startAgent();
  for (let pressed = 20; pressed <= 100; pressed += 20) {
    turnstile.press(20);
    await until(() => expect(turnstile.device.waiting).toBe(0));
    const folder = disk.cutPower();
    const left = openOutbox({ folder, limitBytes: 2 ** 24, clock: systemClock, logger: silentLogger });
    const kept = left.peek(T1, 1, 1_000).map(({ reading }) => reading.seq);
    await left.close();
    expect(kept).toEqual(Array.from({ length: pressed }, (_, i) => i + 1));
  }
});

test.skipIf(!mayMount)("control: the same LMDB without its flush loses what it has taken", async () => {
  const at = (path: string) =>
    open({ path, noSync: true, overlappingSync: false, eventTurnBatching: false, maxDbs: 8 });
  const writer = at(join(rig.home, "edge", "outbox"));
  await writer.put("taken", true);
  const left = at(disk.cutPower());
  const kept: unknown = left.get("taken");
  await left.close();
  await writer.close();
  expect(kept).toBeUndefined();
});
