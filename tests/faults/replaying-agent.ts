import { setTimeout as sleep } from "node:timers/promises";
import mqtt, { type MqttClient } from "mqtt";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { Random } from "../../infra/runtime/random.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { readingsTopic } from "../../schemas/mqtt.ts";
import { turnstileId } from "../../schemas/network/devices.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";

const codec = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

export interface ReplayingAgentOptions {
  /** Asked before each connection: a gateway may come back elsewhere. */
  readonly url: () => string;
  readonly stationId: number;
  /** Decides how many readings each PUBLISH carries of each device. */
  readonly random: Random;
  /** Turnstiles of the station. */
  readonly devices?: number;
  /** Readings of one device in one PUBLISH, at most. */
  readonly most?: number;
  /** PUBLISHes that may wait for their PUBACK. */
  readonly window?: number;
  /** Between two PUBLISHes, ms: spreads the load over the faults. */
  readonly paceMs?: number;
  /** Where the gateway wants them, by station. */
  readonly passwords?: ReadonlyMap<number, string>;
  /** Payloads of their own between the batches; the readings go on behind them. */
  readonly poison?: () => Buffer;
  /** PUBLISHes from one such payload to the next. */
  readonly poisonEvery?: number;
}

type Optional = "poison" | "passwords";
type Options = Required<Omit<ReplayingAgentOptions, Optional>> & Pick<ReplayingAgentOptions, Optional>;

/**
 * The delivery rules of an agent without its disk (delivery rule 3): publishes in order, forgets on PUBACK only, and after
 * each lost connection begins again at the first reading that has none, in batches cut elsewhere.
 *
 * Its devices count alike: each PUBLISH carries the same numbers of every one.
 */
export class ReplayingAgent {
  readonly stationId: number;
  readonly deviceIds: readonly string[];
  /** Readings of each device numbered 1 … so many have their PUBACK. */
  acknowledged = 0;
  connections = 0;
  /** PUBLISHes in all, replays included. */
  published = 0;
  poisonPublished = 0;
  poisonAcknowledged = 0;
  /** PUBACKs that overtook one of an earlier PUBLISH. */
  overtaken = 0;
  readonly #options: Options;
  /** Readings of each device numbered so far. */
  #numbered = 0;
  #last = Number.POSITIVE_INFINITY;
  #stopped = false;
  #client: MqttClient | undefined;

  constructor(options: ReplayingAgentOptions) {
    this.#options = { devices: 2, most: 5, window: 16, paceMs: 0, poisonEvery: 10, ...options };
    this.stationId = options.stationId;
    this.deviceIds = Array.from({ length: this.#options.devices }, (_, n) =>
      turnstileId(options.stationId, n + 1),
    );
  }

  /** Resolves when every reading has its PUBACK after `finish`, or after `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped && this.acknowledged < this.#last) {
      await this.#connection();
      await sleep(20);
    }
  }

  /** Bytes that wait in the agent because the other side does not read. */
  get unsent(): number {
    return this.#client?.stream.writableLength ?? 0;
  }

  /** Number no further reading; `run` ends when those numbered have their PUBACKs. */
  finish(): void {
    this.#last = this.#numbered;
  }

  /** Give up, as at the end of a test that failed. */
  stop(): void {
    this.#stopped = true;
  }

  /** One connection, until it is lost or all is done. */
  async #connection(): Promise<void> {
    const { url, stationId, passwords } = this.#options;
    const password = passwords?.get(stationId);
    const client = mqtt.connect(url(), {
      username: String(stationId),
      ...(password === undefined ? {} : { password }),
      clientId: String(stationId),
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      keepalive: 15,
    });
    this.#client = client;
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
    const { window, paceMs, most, random, poison, poisonEvery } = this.#options;
    let next = this.acknowledged + 1;
    let waiting = 0;
    let sent = 0;
    let answered = 0;
    let wake = (): void => {};
    const publish = (payload: Buffer, kept: () => void): void => {
      const place = ++sent;
      waiting++;
      this.published++;
      client.publish(readingsTopic(this.stationId), payload, { qos: 1 }, (error) => {
        waiting--;
        if (!error) {
          if (place !== ++answered) this.overtaken++;
          kept();
        }
        wake();
      });
    };
    while (!over() && (waiting > 0 || this.acknowledged < this.#last)) {
      if (next > this.#last || waiting >= window) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (poison && sent % poisonEvery === poisonEvery - 1) {
        this.poisonPublished++;
        publish(poison(), () => {
          this.poisonAcknowledged++;
        });
      }
      const from = next;
      const to = Math.min(this.#last, from + Math.floor(random() * most));
      next = to + 1;
      this.#numbered = Math.max(this.#numbered, to);
      publish(this.#payload(sent, from, to), () => {
        this.acknowledged = to;
      });
      if (paceMs > 0) await sleep(paceMs);
    }
  }

  #payload(batchId: number, from: number, to: number): Buffer {
    const now = Date.now();
    const readings = Array.from({ length: to - from + 1 }, (_, i) => ({
      total: from + i,
      serviceTime: now,
      deviceTime: now,
      edgeTime: now,
      line: "blue" as const,
      arrival: null,
    }));
    const runs = this.deviceIds.map((deviceId) => ({ deviceId, bootId: 1, firstSeq: from, readings }));
    return codec.encode({ stationId: this.stationId, agentBoot: 1, batchId, runs });
  }
}
