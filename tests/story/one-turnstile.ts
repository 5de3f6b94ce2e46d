import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type Dashboard, startDashboard } from "../../central/dashboard/server/dashboard.ts";
import { ScriptedAuditor } from "../../central/dashboard/server/testing/scripted-auditor.ts";
import { startDedup } from "../../central/dedup/dedup.ts";
import { Journal } from "../../edge/outbox/journal.ts";
import { MemoryOutboxStore } from "../../edge/outbox/testing/memory-store.ts";
import { DeviceLink } from "../../edge/serial/device-link.ts";
import { serialLines } from "../../edge/serial/serialport-line.ts";
import { deviceState, Since, StateNumbers } from "../../edge/states.ts";
import { controlRoutes } from "../../firmware-sim/control/routes.ts";
import { createControlServer } from "../../firmware-sim/control/server.ts";
import { deviceTotals } from "../../firmware-sim/control/views.ts";
import { DeviceGroup } from "../../firmware-sim/devices/device-group.ts";
import { FaultBoard } from "../../firmware-sim/faults/fault-board.ts";
import { MockHost } from "../../firmware-sim/hosts/testing/mock-host.ts";
import { stateRecord } from "../../gateway/bridge/state.ts";
import { fullJitter } from "../../infra/runtime/backoff.ts";
import { systemClock as clock } from "../../infra/runtime/clock.ts";
import type { Kafka, OutRecord } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { avroCodec, avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { parseDeviceId } from "../../schemas/network/devices.ts";
import { stationById } from "../../schemas/network/network.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { DeviceHealth } from "../../schemas/states.ts";
import { topicSettings } from "../../schemas/topic-settings.ts";
import { formatCut, HEADERS, partitionOf, topicNames } from "../../schemas/topics.ts";

const BAUD = 115_200;
const TICK_MS = 50;
/** Two partitions, as built in; more is not kept of so little. */
const LIMITS = { partitions: 2, mergedBytes: 2 ** 26 };

export interface OneTurnstileOptions {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly deviceId: string;
  readonly webRoot?: string;
}

type Codecs = Awaited<ReturnType<typeof codecsOf>>;

async function codecsOf(registry: ReturnType<typeof memoryRegistry>, prefix: string) {
  const names = topicNames(prefix);
  return {
    rawKey: await avroCodec<number>(registry, `${names.raw}-key`, "station-id"),
    raw: await avroCodec<ReadingBatch>(registry, `${names.raw}-value`, "reading-batch"),
    stateKey: await avroCodec<string>(registry, `${names.devices}-key`, "device-id"),
    state: await avroCodec<unknown>(registry, `${names.devices}-value`, "device-state"),
    sumKey: await avroCodec<number>(registry, `${names.turnstileSummary}-key`, "station-id"),
    sum: await avroCodec<unknown>(registry, `${names.turnstileSummary}-value`, "turnstile-summary"),
    station: await avroCodec<unknown>(registry, `${names.stationsTable}-value`, "station"),
    stationKey: await avroCodec<unknown>(registry, `${names.stationsTable}-key`, "station-key"),
  };
}

/**
 * One turnstile and all behind it: the simulator's device with its control interface, the agent's link and outbox on a
 * mocked line, dedup and the dashboard as they are, over any Kafka. What gateway, ksql and auditor write, this writes.
 */
export class OneTurnstile {
  readonly topics;
  /** Does the gateway take batches? */
  connected = true;
  dashboard!: Dashboard;
  #simulatorUrl = "";
  readonly #options: OneTurnstileOptions;
  readonly #registry = memoryRegistry();
  readonly #random = seededRandom(40380, "one turnstile");
  readonly #host = new MockHost();
  readonly #close: (() => unknown)[] = [];
  readonly #outbox = new Journal({
    store: new MemoryOutboxStore(),
    clock,
    logger: silentLogger,
    limitBytes: 2 ** 30,
    isAlive: () => true,
  });
  readonly #since = new Since();
  readonly #numbers = new StateNumbers(1);
  #link!: DeviceLink;
  #devices!: DeviceGroup;
  #codecs!: Codecs;
  #send: (records: readonly OutRecord[]) => Promise<unknown> = async () => {};
  #counted = 0;
  #next = 1;
  #path: string | null = null;
  #said = "";
  #busy: Promise<unknown> = Promise.resolve();
  readonly #clean: number[] = [];

  constructor(options: OneTurnstileOptions) {
    this.#options = options;
    this.topics = topicNames(options.prefix);
  }

  get #stationId(): number {
    return parseDeviceId(this.#options.deviceId)?.stationId ?? 0;
  }

  async start(): Promise<void> {
    const { kafka, prefix } = this.#options;
    this.#codecs = await codecsOf(this.#registry, prefix);
    const admin = await kafka.admin();
    await admin.ensureTopics(topicSettings(this.topics, LIMITS));
    await admin.close();
    const producer = await kafka.producer();
    this.#close.push(() => producer.close());
    this.#send = (records) => producer.send(records);
    await this.#table();
    this.#simulatorUrl = await this.#simulate();
    const dedup = await startDedup({
      ...{ kafka, registry: this.#registry, prefix, clock, logger: silentLogger },
      ...{ perStation: false, metrics: new Registry() },
    });
    this.#close.push(() => dedup.stop());
    await this.#sums(kafka);
    this.dashboard = await this.#serve();
    this.#close.push(clock.every(TICK_MS, () => this.#tick()));
  }

  /** Every fault ends now. */
  async heal(): Promise<void> {
    const headers = { "content-type": "application/json" };
    await fetch(`${this.#simulatorUrl}/heal`, { method: "POST", headers, body: "{}" });
  }

  /** @returns the address of a second dashboard, which begins to read now. */
  async anotherDashboard(): Promise<string> {
    return (await this.#serve()).url;
  }

  async #serve(): Promise<Dashboard> {
    const { kafka, prefix, webRoot = "/nonexistent" } = this.#options;
    const dashboard = await startDashboard({
      ...{ kafka, clock, logger: silentLogger, topics: this.topics, webRoot },
      ...{ avro: avroDecoder(this.#registry), metrics: new Registry(), port: 0, host: "127.0.0.1" },
      ...{ supervisorUrl: null, ksql: null, demo: { controls: null, token: null } },
      ...{ lookbackMs: 60_000, version: "0.0.0-test", instance: prefix, simulatorUrl: this.#simulatorUrl },
    });
    this.#close.push(() => dashboard.stop());
    return dashboard;
  }

  async stop(): Promise<void> {
    for (const close of this.#close.splice(0).reverse()) await close();
    await this.#busy;
  }

  /** The device with its control interface, and the agent's link at the other end of its line. */
  async #simulate(): Promise<string> {
    const { deviceId } = this.#options;
    const device = parseDeviceId(deviceId);
    if (!device) throw new Error(`no device ${deviceId}`);
    const folder = mkdtempSync(join(tmpdir(), "one-turnstile-"));
    this.#close.push(() => rmSync(folder, { recursive: true }));
    const devices = new DeviceGroup({
      ...{ devices: [device], folder, host: this.#host, baudRate: BAUD, seed: 1, clock },
      identities: { get: () => undefined, put: () => {} },
      service: () => clock.now(),
      nonce: () => 4711,
      onLineError: () => {},
    });
    this.#devices = devices;
    await devices.start();
    this.#close.push(() => devices.stop());
    const faults = new FaultBoard(devices, clock, () => {});
    const state = () => ({
      ...deviceTotals(devices),
      ...{ service: clock.now(), speed: 1, faults: faults.active.length },
      rates: { frames: 0, readings: 0, resends: 0 },
    });
    const server = createControlServer(
      controlRoutes({ devices, faults, state, service: () => clock.now() }),
      silentLogger,
    );
    const { url } = await server.listen(0);
    this.#close.push(() => server.close());
    this.#link = new DeviceLink({
      ...{ deviceId, outbox: this.#outbox, clock, random: this.#random, logger: silentLogger },
      openLine: serialLines({ clock, baudRate: BAUD, binding: this.#host.binding }),
      backoff: fullJitter({ baseMs: 100, capMs: 500, floorMs: 50, random: this.#random }),
      onChange: () => {},
    });
    this.#close.push(() => this.#link.stop());
    return url;
  }

  /** The station, as the stations transform writes it. */
  async #table(): Promise<void> {
    const station = stationById(this.#stationId);
    const records = (station?.stops ?? []).map(({ line, order }): OutRecord => {
      const key = { station_id: this.#stationId, line };
      const value = { ...key, station_name: station?.name ?? "", order };
      const { stationKey, station: codec } = this.#codecs;
      return { topic: this.topics.stationsTable, key: stationKey.encode(key), value: codec.encode(value) };
    });
    await this.#send(records);
  }

  /** Counts the clean records as ksql does: a row with its cut for what a look brought. */
  async #sums(kafka: Kafka): Promise<void> {
    const tail = await kafka.tail({
      topics: [this.topics.turnstiles],
      from: "beginning",
      onRecords: async (records) => {
        for (const { partition, offset } of records) this.#clean[partition] = offset + 1;
        this.#counted += records.length;
        const cut = formatCut(new Map(records.map(({ partition, offset }) => [partition, offset + 1])));
        await this.#send([
          {
            topic: this.topics.turnstileSummary,
            partition: partitionOf(this.#stationId, LIMITS.partitions),
            key: this.#codecs.sumKey.encode(this.#stationId),
            value: this.#codecs.sum.encode({ COUNT: this.#counted }),
            headers: { [HEADERS.cut]: cut },
          },
        ]);
      },
    });
    this.#close.push(() => tail.stop());
  }

  #tick(): void {
    const path = this.#devices.members[0]?.line.path ?? null;
    if (path !== this.#path) {
      this.#path = path;
      if (path === null) this.#link.unplug();
      else this.#link.plug(path);
    }
    this.#link.tick();
    this.#busy = this.#busy.then(() => this.#carry());
  }

  /** What agent, gateway and auditor write when something moved. */
  async #carry(): Promise<void> {
    if (this.connected) await this.#publish();
    const state = this.#state();
    const verdict = this.#verdict(state.state);
    const { seq: _, ...said } = { ...state, order: null, lastSeen: null, seq: 0 };
    const now = JSON.stringify([said, this.#counted]);
    if (now === this.#said) return;
    this.#said = now;
    await this.#send([
      {
        topic: this.topics.devices,
        partition: partitionOf(this.#stationId, LIMITS.partitions),
        key: this.#codecs.stateKey.encode(state.id),
        value: this.#codecs.state.encode(stateRecord({ ...state, order: { ...state.order, generation: 0 } })),
      },
      ...verdict,
    ]);
  }

  async #publish(): Promise<void> {
    const { deviceId } = this.#options;
    const queued = this.#outbox.peek(deviceId, this.#next, 256);
    const [first] = queued;
    const last = queued.at(-1);
    if (!first || !last) return;
    const { bootId, seq: firstSeq } = first.reading;
    const readings = queued.map(({ reading: { deviceId: _, bootId: __, seq: ___, ...reading } }) => reading);
    const runs = [{ deviceId, bootId, firstSeq, readings }];
    await this.#send([
      {
        topic: this.topics.raw,
        partition: partitionOf(this.#stationId, LIMITS.partitions),
        key: this.#codecs.rawKey.encode(this.#stationId),
        value: this.#codecs.raw.encode({ stationId: this.#stationId, agentBoot: 1, batchId: last.n, runs }),
        headers: { [HEADERS.gatewayTime]: String(clock.now()) },
      },
    ]);
    this.#outbox.release(deviceId, last.n);
    this.#next = last.n + 1;
  }

  #state() {
    const { deviceId } = this.#options;
    const device = parseDeviceId(deviceId);
    if (!device) throw new Error(`no device ${deviceId}`);
    const health = this.#link.health();
    this.#since.update(health, clock.now());
    return deviceState({
      ...{ device, health, since: this.#since.at, lastSeen: this.#link.lastSeen },
      ledger: this.#outbox.ledger(deviceId),
      counts: this.#link.counts,
      ...{ order: this.#numbers.next(), box: "box" },
    });
  }

  #verdict(state: DeviceHealth): OutRecord[] {
    const records: OutRecord[] = [];
    const auditor = new ScriptedAuditor(
      () => clock.now(),
      (key, value) =>
        void records.push({
          ...{ topic: this.topics.audit, partition: 0, key: Buffer.from(key) },
          value: Buffer.from(JSON.stringify(value)),
        }),
    );
    const { numbered, stored } = this.#outbox.ledger(this.#options.deviceId);
    const of = { id: this.#options.deviceId, stationId: this.#stationId, since: clock.now(), state };
    auditor.say(
      [{ ...of, numbered, stored, counted: this.#counted }],
      new Map([[this.#stationId, this.#counted]]),
      { positions: { [this.topics.turnstiles]: Array.from(this.#clean, (next) => next ?? 0) } },
    );
    return records;
  }
}
