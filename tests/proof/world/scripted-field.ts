import type { Clock } from "../../../infra/runtime/clock.ts";
import type { OutRecord, Producer } from "../../../infra/runtime/kafka/ports.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import type { StateOrder } from "../../../schemas/states.ts";
import { batchesOf, placedIn } from "./placed.ts";
import { ScriptedDevice } from "./scripted-device.ts";
import type { Wire } from "./wire.ts";

/** Readings of one PUBLISH, at most: the agents' own limit. */
const MOST = 256;
/** Of what was sent and told, the last so many can come again. */
const KEPT = 30;

/** What happens to a batch between its PUBACK and Kafka: an honest gateway writes it as it is. */
export type BeforeRaw = (batch: ReadingBatch) => readonly ReadingBatch[];

/**
 * Devices, agents and gateways on paper, up to Kafka: there they write what the real ones write, raw batches and device
 * states. Every step is a call, so that an injector can reach into any place between two of them.
 */
export class ScriptedField {
  readonly #wire: Wire;
  readonly #producer: Pick<Producer, "send">;
  readonly #clock: Clock;
  readonly #devices = new Map<string, ScriptedDevice>();
  readonly #agentBoot: number;
  #sent: readonly ReadingBatch[] = [];
  #told: readonly OutRecord[] = [];
  #batchId = 0;
  #n = 0;
  #connection = 1;

  constructor(options: {
    readonly wire: Wire;
    readonly producer: Pick<Producer, "send">;
    readonly clock: Clock;
  }) {
    this.#wire = options.wire;
    this.#producer = options.producer;
    this.#clock = options.clock;
    this.#agentBoot = Math.floor(options.clock.now() / 1000);
  }

  /** The device, made at the first call. */
  device(id: string): ScriptedDevice {
    let device = this.#devices.get(id);
    if (!device) {
      device = new ScriptedDevice(id, Math.floor(this.#clock.now() / 1000), this.#clock.now());
      this.#devices.set(id, device);
    }
    return device;
  }

  get devices(): Iterable<ScriptedDevice> {
    return this.#devices.values();
  }

  press(id: string, count: number): void {
    const now = this.#clock.now();
    this.device(id).press(count, now);
  }

  /** The agents read their devices' rings. */
  collect(): void {
    for (const device of this.#devices.values()) device.collect(this.#clock.now());
  }

  /** The agents publish what their outboxes hold, and the gateway acknowledges it once Kafka has it. */
  async publish(beforeRaw: BeforeRaw = (batch) => [batch]): Promise<void> {
    const now = this.#clock.now();
    const records: OutRecord[] = [];
    for (const batch of this.#batches()) {
      this.#sent = [...this.#sent.slice(-KEPT), batch];
      for (const written of beforeRaw(batch)) records.push(this.#wire.raw(written, now));
    }
    if (records.length > 0) await this.#producer.send(records);
    for (const device of this.#devices.values()) device.released();
  }

  /** The agents hear these devices, and tell what they know: of all when left out. */
  async tell(ids: Iterable<string> = this.#devices.keys()): Promise<void> {
    const now = this.#clock.now();
    const records = [...ids].map((id) => {
      const device = this.device(id);
      device.heard(now);
      return this.#wire.state(device.state(now, this.#order()));
    });
    if (records.length > 0) await this.#producer.send(records);
    this.#told = [...this.#told.slice(-KEPT), ...records];
  }

  /** Send one of the last batches again, cut elsewhere, as an agent does that missed the PUBACK. */
  async again(random: Random): Promise<void> {
    const batch = this.#sent[Math.floor(random() * this.#sent.length)];
    if (!batch) return;
    const placed = placedIn(batch);
    const at = Math.floor(random() * placed.length);
    const parts = [placed.slice(0, at), placed.slice(at)].flatMap((part) =>
      batchesOf(part, { agentBoot: this.#agentBoot, batchId: ++this.#batchId }),
    );
    await this.#producer.send(parts.map((part) => this.#wire.raw(part, this.#clock.now())));
  }

  /** One of the last states arrives once more. */
  async tellAgain(random: Random): Promise<void> {
    const record = this.#told[Math.floor(random() * this.#told.length)];
    if (record) await this.#producer.send([record]);
  }

  /** The agents lost their connection and have another. */
  reconnect(): void {
    this.#connection++;
    this.#n = 0;
  }

  #order(): StateOrder {
    return { agentBoot: this.#agentBoot, connection: this.#connection, n: ++this.#n };
  }

  *#batches(): Iterable<ReadingBatch> {
    const byStation = new Map<number, ScriptedDevice[]>();
    for (const device of this.#devices.values()) {
      if (device.outbox.length === 0) continue;
      byStation.set(device.stationId, [...(byStation.get(device.stationId) ?? []), device]);
    }
    for (const [stationId, devices] of byStation) {
      const readings = devices.flatMap((device) => device.outbox);
      for (let from = 0; from < readings.length; from += MOST) {
        const placed = readings.slice(from, from + MOST).map((reading) => ({ stationId, reading }));
        yield* batchesOf(placed, { agentBoot: this.#agentBoot, batchId: ++this.#batchId });
      }
    }
  }
}
