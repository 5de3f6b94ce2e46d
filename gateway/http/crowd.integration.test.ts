import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { createMetrics } from "../../infra/runtime/service/metrics.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { ingestSettings } from "./config.ts";
import { startIngest } from "./ingest.ts";

const CLIENTS = 5_000;
/** At once, so that the listen queue holds them. */
const WAVE = 250;

function request(sequence: number): string {
  const body = JSON.stringify(fleetEvent({ sequence }));
  return `POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

test("5,000 connections are open together, and each event sent on them is taken once", async () => {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPICS.fleet, partitions: 2 }]);
  const ingest = await startIngest({
    config: { ...readConfig(ingestSettings, {}), FLEET_PORT: 0 },
    kafka,
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    metrics: createMetrics("crowd"),
    signal: new AbortController().signal,
  });
  const port = Number(new URL(ingest.url).port);
  const sockets: Socket[] = [];
  try {
    // A connection whose request does not come is cut off after a while: each sends one before the others are there.
    for (let n = 0; n < CLIENTS; n += WAVE) {
      const wave = Array.from({ length: WAVE }, () => connect(port, "127.0.0.1"));
      sockets.push(...wave);
      await Promise.all(
        wave.map(async (socket, index) => {
          await once(socket, "connect");
          socket.write(request(2 * (n + index) + 1));
          const [answer] = await once(socket, "data");
          expect(String(answer)).toContain("HTTP/1.1 202");
        }),
      );
    }
    const open = sockets.filter((socket) => socket.readyState === "open");
    expect(open).toHaveLength(CLIENTS);
    const answers = open.map((socket) => once(socket, "data"));
    for (const [index, socket] of open.entries()) socket.write(request(2 * index + 2));
    for (const [answer] of await Promise.all(answers)) expect(String(answer)).toContain("HTTP/1.1 202");
  } finally {
    for (const socket of sockets) socket.destroy();
    await ingest.stop();
  }
  const sequences = kafka.records(TOPICS.fleet).map(({ value }) => JSON.parse(String(value)).sequence);
  expect(new Set(sequences).size).toBe(2 * CLIENTS);
  expect(sequences).toHaveLength(2 * CLIENTS);
});
