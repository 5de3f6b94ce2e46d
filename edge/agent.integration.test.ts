import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../infra/runtime/clock.ts";
import { silentLogger } from "../infra/runtime/logger.ts";
import { avroType } from "../schemas/avro/schemas.ts";
import { SingleObjectCodec } from "../schemas/avro/single-object.ts";
import { stationById } from "../schemas/network/network.ts";
import type { ReadingBatch } from "../schemas/readings.ts";
import { compareOrder, type DeviceState, WILL_N } from "../schemas/states.ts";
import { Agent } from "./agent.ts";
import type { Journal } from "./outbox/journal.ts";
import { openOutbox } from "./outbox/open.ts";
import { thisProcess } from "./outbox/process.ts";
import { serialLines } from "./serial/serialport-line.ts";
import { RecordingGateway } from "./testing/gateway.ts";
import { PtyDevice } from "./testing/pty-device.ts";
import { mqttConnections } from "./uplink/mqtt-connection.ts";

const STATION = 40380;
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

let home: string;
let gateway: RecordingGateway;
let outbox: Journal;
let agent: Agent | undefined;
let devices: PtyDevice[];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "edge-"));
  gateway = await new RecordingGateway().start();
  outbox = openOutbox({
    folder: join(home, "edge", "outbox"),
    limitBytes: 2 ** 28,
    clock: systemClock,
    logger: silentLogger,
  });
  agent = undefined;
  devices = [];
});

afterEach(async () => {
  for (const device of devices) device.unplug();
  await agent?.stop();
  await outbox.close();
  await gateway.kill();
  rmSync(home, { recursive: true });
});

function startAgent(): Agent {
  const station = stationById(STATION);
  if (!station) throw new Error("no such station");
  agent = new Agent({
    station,
    turnstiles: 2,
    home,
    owner: thisProcess(),
    outbox,
    openLine: serialLines({ clock: systemClock, baudRate: 115_200 }),
    connect: mqttConnections({ connectMs: 5_000, keepaliveS: 20 }),
    urls: () => [gateway.url],
    encode: (batch) => codec.encode(batch),
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
  });
  agent.start();
  return agent;
}

function plugIn(id: string): PtyDevice {
  const device = new PtyDevice(home, id);
  devices.push(device);
  return device.plug();
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 25 });

/** Every reading the devices numbered is at the gateway, each device's in order, and nothing waits anywhere. */
async function everythingArrives(): Promise<void> {
  await until(() => {
    const numbered = devices.reduce((n, d) => n + d.device.numbered, 0);
    expect(gateway.readings()).toHaveLength(numbered);
    expect(devices.map((d) => d.device.waiting)).toEqual(devices.map(() => 0));
    expect(outbox.size().readings).toBe(0);
  });
  const last = new Map<string, number>();
  for (const { deviceId, bootId, seq } of gateway.readings()) {
    const key = `${deviceId};${bootId}`;
    expect(seq).toBe((last.get(key) ?? 0) + 1);
    last.set(key, seq);
  }
}

const latest = (id: string): DeviceState | undefined =>
  gateway.states
    .filter((s): s is DeviceState => s.kind !== "agent" && s.id === id)
    .sort((x, y) => compareOrder(x.order, y.order))
    .at(-1);

describe("an agent between real pseudo-terminals and a real MQTT broker", () => {
  test("presses arrive, and the positions say so", async () => {
    const turnstile = plugIn("40380-T1");
    startAgent();
    turnstile.press(100);
    await everythingArrives();
    await until(() =>
      expect(latest("40380-T1")).toMatchObject({
        state: "online",
        positions: { numbered: 100, happened: 100, stored: 100, published: 100, quarantined: 0 },
      }),
    );
    expect(latest("40380-T2")).toMatchObject({ state: "never_seen", positions: null });
  });

  test("a device pulled out is offline at once; what it counted meanwhile arrives after it is back", async () => {
    const turnstile = plugIn("40380-T1");
    startAgent();
    turnstile.press(10);
    await everythingArrives();
    turnstile.unplug();
    await until(() => expect(latest("40380-T1")).toMatchObject({ state: "offline", reason: "unplugged" }));
    turnstile.press(20);
    turnstile.plug();
    await everythingArrives();
    await until(() => expect(latest("40380-T1")?.state).toBe("online"));
  });

  test("a device that hangs is late, then offline, and catches up when it moves again", async () => {
    const turnstile = plugIn("40380-T1");
    startAgent();
    turnstile.press(1);
    await everythingArrives();
    turnstile.hung = true;
    turnstile.press(5);
    await until(() => expect(latest("40380-T1")?.state).toBe("late"));
    await until(() => expect(latest("40380-T1")).toMatchObject({ state: "offline", reason: "silent" }));
    turnstile.hung = false;
    await everythingArrives();
  });

  test("gateway killed and back: nothing lost, nothing out of order", async () => {
    const pair = [plugIn("40380-T1"), plugIn("40380-blue-A1")];
    startAgent();
    for (const device of pair) device.press(50);
    await until(() => expect(gateway.readings().length).toBeGreaterThan(0));
    await gateway.kill();
    for (const device of pair) device.press(500);
    await until(() => expect(outbox.ledger("40380-T1").stored).toBe(550));
    await gateway.start();
    await everythingArrives();
  });

  test("PUBACKs lost: sent again until acknowledged", async () => {
    const turnstile = plugIn("40380-T1");
    let lose = 3;
    gateway.verdict = () => (lose-- > 0 ? "lose-ack" : "take");
    startAgent();
    turnstile.press(300);
    await everythingArrives();
    expect(gateway.batches.length).toBeGreaterThan(3);
  });

  test("a reading refused for good is set aside and named; everything else passes in order", async () => {
    const turnstile = plugIn("40380-T1");
    const sensor = plugIn("40380-blue-A1");
    const guilty = (batch: ReadingBatch): boolean =>
      batch.runs.some(
        (run) => run.deviceId === "40380-T1" && run.firstSeq <= 42 && 42 < run.firstSeq + run.readings.length,
      );
    gateway.verdict = (batch) => (guilty(batch) ? "refuse" : "take");
    startAgent();
    turnstile.press(200);
    sensor.press(100);
    await until(() => expect(outbox.quarantined(STATION)).toHaveLength(1));
    await until(() => expect(gateway.readings()).toHaveLength(299));
    expect(outbox.quarantined(STATION)[0]).toMatchObject({ code: "TEST", reading: { seq: 42 } });
    await until(() =>
      expect(latest("40380-T1")?.positions).toMatchObject({ stored: 200, published: 199, quarantined: 1 }),
    );
  });

  test("an agent that dies leaves a will, one that stops says so itself", async () => {
    startAgent();
    await until(() => expect(gateway.states.some((s) => s.kind === "agent")).toBe(true));
    gateway.cut();
    await until(() =>
      expect(gateway.states).toContainEqual(
        expect.objectContaining({
          state: "offline",
          reason: "connection lost",
          order: expect.objectContaining({ connection: 1, n: WILL_N }),
        }),
      ),
    );
    await until(() =>
      expect(gateway.states).toContainEqual(
        expect.objectContaining({
          kind: "agent",
          state: "online",
          order: expect.objectContaining({ connection: 2 }),
        }),
      ),
    );
    await agent?.stop();
    await until(() => expect(gateway.states.at(-1)).toMatchObject({ state: "offline", reason: "stopped" }));
  });
});
