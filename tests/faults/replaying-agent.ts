import { setTimeout as sleep } from "node:timers/promises";
import mqtt, { type MqttClient } from "mqtt";
import { avroType } from "../../schemas/avro/schemas.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { readingsTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

export interface ReplayingAgentOptions {
  /** Asked before each connection: a gateway may come back elsewhere. */
  readonly url: () => string;
  readonly stationId: number;
  /** Batches in all, each of one reading whose sequence number is the batch's. Left out: until `finish`. */
  readonly batches?: number;
  /** PUBLISHes that may wait for their PUBACK. */
  readonly window?: number;
  /** Between two PUBLISHes, ms: spreads the load over the faults. */
  readonly paceMs?: number;
}

/**
 * The delivery rules of an agent without its disk (design §5.3): publishes in order, forgets on PUBACK only, and after
 * each lost connection begins again at the first batch that has none.
 */
export class ReplayingAgent {
  readonly stationId: number;
  /** In the order the PUBACKs came, each once. */
  readonly acknowledged: number[] = [];
  connections = 0;
  /** PUBLISHes in all, replays included. */
  published = 0;
  readonly #options: Required<ReplayingAgentOptions>;
  #last: number;
  #next = 1;
  #stopped = false;

  constructor(options: ReplayingAgentOptions) {
    this.#options = { window: 16, paceMs: 0, batches: Number.POSITIVE_INFINITY, ...options };
    this.#last = this.#options.batches;
    this.stationId = options.stationId;
  }

  /** Resolves when every batch has its PUBACK, or after `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped && this.#next <= this.#last) {
      await this.#connection();
      await sleep(20);
    }
  }

  /** How many batches there are in all. */
  get batches(): number {
    return this.#last;
  }

  /** Begin no further batch; `run` ends when the begun ones have their PUBACKs. */
  finish(): void {
    this.#last = this.#next + this.#options.window;
  }

  /** Give up, as at the end of a test that failed. */
  stop(): void {
    this.#stopped = true;
  }

  /** One connection, until it is lost or all is done. */
  async #connection(): Promise<void> {
    const { url, stationId } = this.#options;
    const client = mqtt.connect(url(), {
      username: String(stationId),
      clientId: String(stationId),
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      keepalive: 15,
    });
    client.on("error", () => {});
    let lost = false;
    const closed = new Promise<void>((resolve) => {
      client.once("close", () => {
        lost = true;
        resolve();
      });
    });
    const connected = new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await Promise.race([connected, closed]);
    if (!lost) {
      this.connections++;
      await Promise.race([this.#publishAll(client, () => lost || this.#stopped), closed]);
    }
    client.end(true);
    await closed;
  }

  async #publishAll(client: MqttClient, over: () => boolean): Promise<void> {
    const { window, paceMs } = this.#options;
    let wake = (): void => {};
    for (let id = this.#next; id <= this.#last || this.#next <= this.#last; ) {
      if (over()) return;
      if (id > this.#last || id >= this.#next + window) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const sent = id++;
      this.published++;
      client.publish(readingsTopic(this.stationId), payloadOf(this.stationId, sent), { qos: 1 }, (error) => {
        if (!error && sent === this.#next) {
          this.acknowledged.push(sent);
          this.#next = sent + 1;
        }
        wake();
      });
      if (paceMs > 0) await sleep(paceMs);
    }
  }
}

function payloadOf(stationId: number, id: number): Buffer {
  const now = Date.now();
  const reading = {
    total: id,
    serviceTime: now,
    deviceTime: now,
    edgeTime: now,
    line: "blue" as const,
    arrival: null,
  };
  return codec.encode({
    stationId,
    agentBoot: 1,
    batchId: id,
    runs: [{ deviceId: `${stationId}-T1`, bootId: 1, firstSeq: id, readings: [reading] }],
  });
}
