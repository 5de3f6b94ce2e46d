import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type RunningSystem, runningSystems } from "../../runtime/service/systems.ts";
import { lockAddress, tryLock } from "../setup/lock.mjs";
import { takeHome } from "./home.ts";

const [home = "", old = ""] = [1, 2].map(() => mkdtempSync(join(tmpdir(), "elevated-home-")));
afterAll(() => {
  for (const folder of [home, old]) rmSync(folder, { recursive: true, force: true });
});

test.runIf(process.platform === "linux")(
  "every system that runs on the machine is found with its home and addresses, but not one of an older version",
  async () => {
    const system: RunningSystem = { pid: 7, home, url: null, addresses: ["127.0.0.1:9092"] };
    const lock = await takeHome(home, () => system);
    const older = await tryLock(lockAddress("home", old), () => JSON.stringify({ pid: 8, url: null }));
    const found = await runningSystems();
    expect(found.filter((each) => [7, 8].includes(each.pid))).toEqual([system]);
    await lock.release();
    await older?.release();
  },
);

test("a home that a start makes is for its user's eyes only; one that is there stays as it is", async () => {
  const made = join(home, "below", "home");
  const system: RunningSystem = { pid: process.pid, home: made, url: null, addresses: [] };
  await (await takeHome(made, () => system)).release();
  expect(statSync(made).mode & 0o777).toBe(0o700);
  chmodSync(made, 0o755);
  await (await takeHome(made, () => system)).release();
  expect(statSync(made).mode & 0o777).toBe(0o755);
});
