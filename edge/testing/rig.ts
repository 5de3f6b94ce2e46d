import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { type Logger, silentLogger } from "../../infra/runtime/logger.ts";
import { thisProcess } from "../../infra/runtime/process-identity.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { stationById } from "../../schemas/network/network.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { compareOrder, type DeviceState } from "../../schemas/states.ts";
import { Agent } from "../agent.ts";
import type { Journal } from "../outbox/journal.ts";
import { openOutbox } from "../outbox/open.ts";
import { serialLines } from "../serial/serialport-line.ts";
import { watchLines } from "../serial/watcher.ts";
import { mqttConnections } from "../uplink/mqtt-connection.ts";
import { RecordingGateway } from "./gateway.ts";
import { PtyDevice } from "./pty-device.ts";

export const STATION = 40380;
const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

/** Wait for what must become true. */
export const until = (check: () => void, timeout = 30_000): Promise<void> =>
  vi.waitFor(check, { timeout, interval: 25 });

/** One station from real pseudo-terminals to a real broker, in a home of its own. For tests. */
export class Rig {
  readonly home: string;
  readonly gateway: RecordingGateway;
  readonly devices: PtyDevice[] = [];
  /** What else must be undone at the end, once nothing is open any more. */
  readonly undo: (() => void)[] = [];
  /** Codes that the outbox warned of. */
  readonly warnings: string[] = [];
  #outbox: Journal | null = null;
  #agent: Agent | null = null;

  private constructor(home: string, gateway: RecordingGateway) {
    this.home = home;
    this.gateway = gateway;
  }

  static async start(): Promise<Rig> {
    return new Rig(mkdtempSync(join(tmpdir(), "edge-")), await new RecordingGateway().start());
  }

  /** Opened on first use, so that another process may be the agent. */
  get outbox(): Journal {
    this.#outbox ??= openOutbox({
      folder: join(this.home, "edge", "outbox"),
      limitBytes: this.limitBytes,
      clock: systemClock,
      logger: this.#noting(),
    });
    return this.#outbox;
  }
  limitBytes = 2 ** 28;
  /** Gateways to choose from, in this order; unless set: the rig's own. */
  urls: readonly string[] | null = null;

  startAgent(): Agent {
    const station = stationById(STATION);
    if (!station) throw new Error("no such station");
    this.#agent = new Agent({
      station,
      turnstiles: 2,
      watch: (stationId, plugs) =>
        watchLines(join(this.home, "serial", String(stationId)), systemClock, plugs),
      owner: thisProcess(),
      outbox: this.outbox,
      openLine: serialLines({ clock: systemClock, baudRate: 115_200 }),
      connect: mqttConnections({ clock: systemClock, keepaliveS: 20 }),
      urls: () => this.urls ?? [this.gateway.url],
      encode: (batch) => codec.encode(batch),
      clock: systemClock,
      random: Math.random,
      logger: silentLogger,
    });
    this.#agent.start();
    return this.#agent;
  }

  #noting(): Logger {
    const warn = (fields: { readonly code?: string }): void => void this.warnings.push(fields.code ?? "");
    return Object.assign(Object.create(silentLogger) as Logger, { warn });
  }

  plugIn(id: string): PtyDevice {
    const device = new PtyDevice(this.home, id);
    this.devices.push(device);
    return device.plug();
  }

  /**
   * The totals agree, device by device: numbered = on the agent's disk = acknowledged = at the gateway, each once and in
   * order; no device waits, and nothing is set aside or taken for forgotten.
   */
  async everythingArrives(timeout?: number): Promise<void> {
    await until(() => {
      for (const { device } of this.devices) {
        const { deviceId, numbered } = device;
        expect({ deviceId, arrived: this.gateway.count(deviceId) }).toEqual({ deviceId, arrived: numbered });
        expect({ deviceId, waiting: device.waiting }).toEqual({ deviceId, waiting: 0 });
        if (numbered === 0) continue;
        expect(this.#accountOf(deviceId)).toMatchObject({
          stored: numbered,
          published: numbered,
          quarantined: 0,
          ...(this.#outbox && { forgotten: 0 }),
        });
      }
    }, timeout);
    const numbered = this.devices.reduce((n, { device }) => n + device.numbered, 0);
    expect(this.gateway.readings()).toHaveLength(numbered);
    const last = new Map<string, number>();
    for (const { deviceId, bootId, seq } of this.gateway.readings()) {
      const key = `${deviceId};${bootId}`;
      expect(seq).toBe((last.get(key) ?? 0) + 1);
      last.set(key, seq);
    }
  }

  /** What the agent says it has: its books where they are this process's, its latest state elsewhere. */
  #accountOf(deviceId: string): object | null | undefined {
    return this.#outbox ? this.#outbox.ledger(deviceId) : this.latest(deviceId)?.positions;
  }

  /** The newest state of a device, as a reader orders them. */
  latest(id: string): DeviceState | undefined {
    return this.gateway.states
      .filter((s): s is DeviceState => s.kind !== "agent" && s.id === id)
      .sort((x, y) => compareOrder(x.order, y.order))
      .at(-1);
  }

  async close(): Promise<void> {
    for (const device of this.devices) device.unplug();
    await this.#agent?.stop();
    await this.#outbox?.close();
    await this.gateway.kill();
    for (const undo of this.undo) undo();
    rmSync(this.home, { recursive: true });
  }
}
