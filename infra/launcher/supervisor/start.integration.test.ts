import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import { portOf } from "./addresses/servers.ts";
import { accepts } from "./process/probe.ts";
import { startSystem } from "./start.ts";
import type { PartReport } from "./supervise/supervisor.ts";

const home = mkdtempSync(join(tmpdir(), "elevated-start-"));
const thieves = new Map<string, ReturnType<typeof createServer>>();
afterEach(() => {
  for (const thief of thieves.values()) thief.close();
  rmSync(home, { recursive: true, force: true });
});

test("a port that another program gets between a part's start and its own use of it costs a new beginning, not the part", {
  timeout: 180_000,
}, async () => {
  const lines: string[] = [];
  /** Quicker than any process: it listens as soon as the part is told to start. */
  const steal = (part: PartReport): void => {
    if (part.state !== "starting" || part.url === null || thieves.has(part.name)) return;
    const thief = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    thief.listen(portOf(part.url), "127.0.0.1");
    thieves.set(part.name, thief);
  };
  const system = await startSystem(
    {
      root: projectRoot(),
      home,
      env: process.env,
      clock: systemClock,
      logger: silentLogger,
      printer: { part: steal, line: (line) => void lines.push(line), status() {} },
      isTTY: false,
    },
    {
      only: ["kafka", "dashboard"],
      without: [],
      quiet: true,
      json: false,
      sources: true,
      freePorts: true,
      durable: false,
    },
    { only: null },
  );
  const reports = await Promise.race([system.settled, system.failed]);
  expect(reports.map(({ name, state }) => [name, state])).toEqual([
    ["dashboard", "ready"],
    ["kafka", "ready"],
  ]);
  expect(lines.filter((line) => line.includes("went to another program"))).not.toEqual([]);
  // What answers is our own: the others still listen where they were.
  const { KAFKA_BROKERS, DASHBOARD_URL } = system.addresses;
  const stolen = [...thieves.values()].map((thief) => (thief.address() as { port: number }).port);
  expect(stolen).toHaveLength(2);
  expect(stolen).not.toContain(portOf(KAFKA_BROKERS));
  expect(stolen).not.toContain(portOf(DASHBOARD_URL));
  expect(await accepts(portOf(KAFKA_BROKERS), 5_000)).toBe(true);
  expect((await fetch(`${DASHBOARD_URL}/healthz`)).status).toBe(200);
  await system.stop();
});
