import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinuxPortBinding } from "@serialport/bindings-cpp";
import { SerialPort } from "serialport";
import { afterAll, expect, test } from "vitest";
import { hostContract } from "./host.contract.ts";
import { PtyHost } from "./pty-host.ts";

const folder = mkdtempSync(join(tmpdir(), "firmware-pty-"));
let homes = 0;
const freshFolder = (): string => join(folder, String(++homes));
afterAll(() => rmSync(folder, { recursive: true }));

hostContract("pseudo-terminals", () => ({
  host: new PtyHost(freshFolder()),
  agent: (path) => new SerialPort({ path, baudRate: 115_200, autoOpen: false }),
  async waiting(port) {
    // bindings-cpp answers a read of 0 bytes by reading again: hung up in the middle of a read, it never closes.
    const { poller } = (port as unknown as SerialPort).port as LinuxPortBinding;
    while (poller.listenerCount("readable") === 0) await new Promise((resolve) => setImmediate(resolve));
  },
  published: existsSync,
}));

test("a line is published under its station and device, and nothing else lies in the folder", async () => {
  const home = freshFolder();
  const host = new PtyHost(home);
  const line = await host.plug({ stationId: 40380, deviceId: "40380-T1" }, () => {});
  expect(line.path).toBe(join(home, "40380", "40380-T1"));
  expect(readlinkSync(line.path)).toMatch(/^\/dev\//);
  expect(readdirSync(join(home, "40380"))).toEqual(["40380-T1"]);
  line.unplug();
  expect(readdirSync(join(home, "40380"))).toEqual([]);
});

test("links that a killed simulator left are removed before any terminal is opened", () => {
  const home = freshFolder();
  mkdirSync(join(home, "40380"), { recursive: true });
  symlinkSync("/dev/pts/0", join(home, "40380", "40380-T1"));
  new PtyHost(home);
  expect(readdirSync(home)).toEqual([]);
});

test("two lines do not meet", async () => {
  const host = new PtyHost(freshFolder());
  const a = await host.plug({ stationId: 40380, deviceId: "40380-T1" }, () => {});
  const b = await host.plug({ stationId: 40380, deviceId: "40380-T2" }, () => {});
  expect(readlinkSync(a.path)).not.toBe(readlinkSync(b.path));
  a.unplug();
  b.unplug();
});
