import { type MemoryKafka, memoryKafka } from "../../../../infra/runtime/kafka/testing/memory.ts";
import type { AvroDecoder } from "../../../../infra/runtime/registry/ports.ts";
import type { Finding, Verdict } from "../../../../schemas/audit.ts";
import type { FleetRecord } from "../../../../schemas/fleet.ts";
import {
  arrivalSensorId,
  devicesOf,
  parseDeviceId,
  turnstileId,
} from "../../../../schemas/network/devices.ts";
import { type Direction, type Line, STATIONS } from "../../../../schemas/network/network.ts";
import type { TrainStatus } from "../../../../schemas/readings.ts";
import type { DedupState } from "../../../../schemas/records.ts";
import { type AgentState, agentId, type DeviceState, WILL_N } from "../../../../schemas/states.ts";
import { fleetRecord } from "../../../../schemas/testing/fleet-events.ts";
import { formatReading, formatTimes, HEADERS, topicNames } from "../../../../schemas/topics.ts";
import { type AuditedDevice, ScriptedAuditor } from "./scripted-auditor.ts";

/** The fixture's records are JSON where the system's are Avro. */
export const jsonDecoder: AvroDecoder = {
  decode: async (bytes) => JSON.parse(bytes.toString("utf8")) as unknown,
};

const MEMORY = 1_700_000_000;
/** The auditor speaks after a change, but not more often than this, ms. */
const AUDIT_MS = 100;

interface Device extends AuditedDevice {
  numbered: number;
  stored: number;
  counted: number;
  state: DeviceState["state"];
  since: number;
}

/**
 * The system behind the dashboard, in memory and without its stages: writes what they would write to Kafka, so that a
 * server and a page can be driven to any state.
 */
export class SmallChicago {
  readonly topics = topicNames();
  readonly kafka: MemoryKafka;
  readonly #now: () => number;
  readonly #devices = new Map<string, Device>();
  readonly #arrivals = new Map<number, number>();
  readonly #sums = new Map<number, number>();
  readonly #auditor: ScriptedAuditor;
  #auditedAt = Number.NEGATIVE_INFINITY;
  #exists = false;
  #n = 0;
  /** Service milliseconds per wall millisecond, from `serviceStart` at `wallStart`. */
  readonly #service: (wall: number) => number;

  constructor(now: () => number, options: { readonly speed?: number; readonly serviceStart?: number } = {}) {
    const wallStart = now();
    const { speed = 60, serviceStart = Date.UTC(2018, 9, 16, 13, 5) } = options;
    this.#now = now;
    this.#service = (wall) => Math.round(serviceStart + (wall - wallStart) * speed);
    const kafka = memoryKafka(now);
    this.kafka = {
      ...kafka,
      async admin() {
        const admin = await kafka.admin();
        // The telemetry writer, always at the end.
        return { ...admin, committedOffsets: (_group, topic) => admin.endOffsets(topic) };
      },
    };
    this.#auditor = new ScriptedAuditor(now, (key, value) => {
      if (!this.#exists) return;
      const record = { topic: this.topics.audit, partition: 0, key: Buffer.from(key) };
      this.kafka.append([{ ...record, value: Buffer.from(JSON.stringify(value)) }]);
    });
    for (const station of STATIONS) {
      for (const { id } of devicesOf(station)) {
        const since = now();
        this.#devices.set(id, {
          id,
          stationId: station.id,
          numbered: 0,
          stored: 0,
          counted: 0,
          state: "never_seen",
          since,
        });
      }
    }
  }

  /** Create the topics, as the bootstrap does. */
  async topicsExist(): Promise<void> {
    const admin = await this.kafka.admin();
    await admin.ensureTopics(Object.values(this.topics).map((topic) => ({ topic, partitions: 1 })));
    this.#exists = true;
  }

  /** The stations table as Connect and the transform fill it. */
  stations(): void {
    for (const { id, name, stops } of STATIONS) {
      for (const { line, order } of stops) {
        const key = { station_id: id, line };
        this.#write(this.topics.stationsTable, key, { ...key, station_name: name, order });
      }
    }
  }

  weather(temperature: number, status: string): void {
    this.#write(this.topics.weather, { timestamp: this.#service(this.#now()) }, { temperature, status });
  }

  /** All devices say HELLO. */
  online(): void {
    for (const device of this.#devices.values()) {
      device.state = "online";
      this.tell(device.id);
    }
  }

  /** A turnstile counts `n` presses that come through to dedup, and to the sum unless `summed` is false. */
  press(
    stationId: number,
    n: number,
    options: { readonly number?: number; readonly summed?: boolean } = {},
  ): void {
    const device = this.#device(turnstileId(stationId, options.number ?? 1));
    device.numbered += n;
    if (device.state !== "online") return;
    const first = device.counted + 1;
    device.stored = device.numbered;
    device.counted = device.numbered;
    this.#dedup(stationId);
    for (let seq = first; seq <= device.numbered; seq++) {
      this.#write(
        this.topics.turnstiles,
        stationId,
        { station_id: stationId },
        { ...this.#times(), [HEADERS.reading]: formatReading(device.id, MEMORY, seq, device.numbered) },
      );
    }
    if (options.summed !== false) this.sum(stationId);
  }

  /** ksqlDB counts what dedup wrote. */
  sum(stationId: number): void {
    const count = this.#counted(stationId, "turnstile");
    this.#sums.set(stationId, count);
    this.#write(this.topics.turnstileSummary, stationId, { COUNT: count });
  }

  /** Entries that came through at a station. */
  entriesOf(stationId: number): number {
    return this.#counted(stationId, "turnstile");
  }

  arrive(
    trainId: string,
    stationId: number,
    line: Line,
    direction: Direction,
    status: TrainStatus = "in_service",
  ): void {
    const sensor = this.#device(arrivalSensorId(stationId, line, direction));
    sensor.numbered++;
    sensor.stored = sensor.counted = sensor.numbered;
    this.#arrivals.set(stationId, (this.#arrivals.get(stationId) ?? 0) + 1);
    this.#dedup(stationId);
    this.#write(
      this.topics.arrivals,
      stationId,
      {
        station_id: stationId,
        train_id: trainId,
        direction,
        line,
        train_status: status,
        prev_station_id: null,
        prev_direction: null,
      },
      {
        ...this.#times(),
        [HEADERS.reading]: formatReading(sensor.id, MEMORY, sensor.numbered, sensor.numbered),
      },
    );
  }

  /** Pull a device: it counts on, unheard. */
  unplug(deviceId: string, reason = "unplugged"): void {
    const device = this.#device(deviceId);
    device.state = "offline";
    device.since = this.#now();
    this.tell(deviceId, reason);
  }

  /** Plug it in again: what waited comes through. */
  plug(deviceId: string): void {
    const device = this.#device(deviceId);
    device.state = "online";
    device.since = this.#now();
    this.tell(deviceId);
    if (device.numbered > device.counted)
      this.press(device.stationId, 0, { number: Number(deviceId.at(-1)) });
    this.tell(deviceId);
  }

  /** The device's state, as its agent tells it. */
  tell(deviceId: string, reason = ""): void {
    const device = this.#device(deviceId);
    const state: DeviceState = {
      kind: parseDeviceId(deviceId)?.kind ?? "turnstile",
      id: deviceId,
      stationId: device.stationId,
      state: device.state,
      reason,
      since: device.since,
      lastSeen: device.state === "never_seen" ? null : this.#now(),
      positions: {
        bootId: MEMORY,
        memoryBootId: MEMORY,
        numbered: device.numbered,
        happened: device.numbered,
        stored: device.stored,
        published: device.counted,
        quarantined: 0,
      },
      frames: device.numbered,
      errors: 0,
      order: { agentBoot: 1, connection: 1, n: ++this.#n },
    };
    this.#write(this.topics.devices, deviceId, state);
  }

  /** The will of a station's agent. */
  agentGone(stationId: number): void {
    const state: AgentState = {
      kind: "agent",
      id: agentId(stationId),
      stationId,
      state: "offline",
      reason: "connection lost",
      since: this.#now(),
      waiting: 0,
      quarantined: 0,
      order: { agentBoot: 1, connection: 1, n: WILL_N },
    };
    this.#write(this.topics.devices, state.id, state);
  }

  /** The auditor says what is known now, and what it is told to say besides. It speaks after every change too. */
  audit(more: Partial<Verdict> = {}): void {
    this.#auditor.say([...this.#devices.values()], this.#sums, more);
  }

  /** The auditor finds something: a lost reading, where nothing else is said. */
  find(finding: Partial<Finding>): void {
    this.#auditor.find(finding);
    this.audit();
  }

  /** A vehicle tells where it is, as the gateway writes it. */
  drive(id: string, place: Partial<FleetRecord> = {}): void {
    const now = new Date(this.#now()).toISOString();
    const event = { vehicle_id: id, sequence: ++this.#n, time: now, received: now };
    this.#write(this.topics.fleet, id, fleetRecord({ ...event, ...place }));
  }

  /** A vehicle's event whose identity PostgreSQL has with another content: shown for a moment, then set aside. */
  driveInVain(id: string, place: Partial<FleetRecord> = {}): void {
    this.drive(id, place);
    const event = this.kafka.records(this.topics.fleet).at(-1)?.value;
    const letter = { code: "TELEMETRY_CONFLICT", where: "telemetry", bytes: String(event) };
    this.#write(this.topics.deadLetter, id, letter);
  }

  /** What dedup's record of a station says, changed by `change`: for states that must never be. */
  corrupt(stationId: number, change: (state: DedupState) => DedupState): void {
    this.#write(this.topics.dedupState, stationId, change(this.#dedupState(stationId)));
  }

  #dedup(stationId: number): void {
    this.#write(this.topics.dedupState, stationId, this.#dedupState(stationId));
  }

  #dedupState(stationId: number): DedupState {
    const seen = [...this.#devices.values()].filter((d) => d.stationId === stationId && d.counted > 0);
    return {
      station_id: stationId,
      boots: seen.map(({ id, counted }) => ({
        device_id: id,
        boot_id: MEMORY,
        ranges: [{ from: 1, to: counted }],
        lost: [],
        duplicates: 0,
        total: counted,
      })),
      arrivals: this.#arrivals.get(stationId) ?? 0,
      entries: this.#counted(stationId, "turnstile"),
      service_time: this.#service(this.#now()),
    };
  }

  #counted(stationId: number, kind: "turnstile" | "arrival"): number {
    return [...this.#devices.values()]
      .filter((d) => d.stationId === stationId && parseDeviceId(d.id)?.kind === kind)
      .reduce((sum, d) => sum + d.counted, 0);
  }

  #times(): Record<string, string> {
    const device = this.#now() - 60;
    const times = {
      service: this.#service(device),
      device,
      edge: device + 2,
      gateway: device + 5,
      dedup: device + 30,
    };
    return { [HEADERS.times]: formatTimes(times) };
  }

  #device(id: string): Device {
    const device = this.#devices.get(id);
    if (!device) throw new Error(`no device ${id}`);
    return device;
  }

  #write(topic: string, key: unknown, value: unknown, headers: Record<string, string> = {}): void {
    const bytes = (x: unknown): Buffer => Buffer.from(JSON.stringify(x));
    this.kafka.append([{ topic, partition: 0, key: bytes(key), value: bytes(value), headers }]);
    const now = this.#now();
    if (now - this.#auditedAt < AUDIT_MS) return;
    this.#auditedAt = now;
    this.audit();
  }
}
