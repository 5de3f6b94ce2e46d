import type { Consumer } from "kafkajs";
import { Assignments } from "../../../infra/runtime/kafka/kafkajs/assignments.ts";
import {
  chunks,
  commitGap,
  holdBack,
  loadOf,
  type TransactionLimits,
} from "../../../infra/runtime/kafka/kafkajs/chunks.ts";
import type { InRecord, Processor, ProcessorOptions } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import type { Life } from "../time/life.ts";
import type { Broker } from "./broker.ts";
import { loopKafka } from "./loop.ts";

/** As the real consumer's. */
const HEARTBEAT_MS = 500;
const LONG_POLL_MS = 200;
const DEFAULT_RECORDS = 2_000;
const DEFAULT_BYTES = 256 * 1024;
const DEFAULT_GAP_MS = 25;

interface Position {
  next: number;
  paused: boolean;
  /** Counts what steers it: what was fetched before belongs to nobody. */
  steered: number;
  busy: boolean;
}

/**
 * The exactly-once loop of one process: the project's own assignments and workers, under a consumer that joins groups,
 * is thrown out of them, and fetches, as kafkajs's does.
 */
export async function simulatedProcessor(
  broker: Broker,
  life: Life,
  options: ProcessorOptions,
): Promise<Processor> {
  const partitions = await broker.ask(life, "partitions", () =>
    broker.memory.log.partitionCount(options.stateTopic),
  );
  return new SimulatedProcessor(broker, life, options, partitions);
}

class SimulatedProcessor implements Processor {
  readonly failed: Promise<never>;
  readonly #broker: Broker;
  readonly #life: Life;
  readonly #options: ProcessorOptions;
  readonly #limits: TransactionLimits;
  readonly #assignments: Assignments;
  readonly #positions = new Map<string, Position>();
  readonly #consumer: Consumer;
  readonly #count: number;
  readonly #stopBeating: () => void;
  #member = "";
  #joining = false;
  #stopped = false;

  constructor(broker: Broker, life: Life, options: ProcessorOptions, count: number) {
    this.#broker = broker;
    this.#life = life;
    this.#options = options;
    this.#count = count;
    this.#limits = {
      records: options.maxRecords ?? DEFAULT_RECORDS,
      bytes: options.maxBytes ?? DEFAULT_BYTES,
    };
    let fail = (_error: unknown): void => {};
    this.failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed.catch(() => {});
    const { clock } = life;
    const around = { brokers: [], clientId: life.name, logger: silentLogger, clock };
    this.#assignments = new Assignments(around, options, loopKafka(broker, life), {
      onFinal: fail,
      onDecline: () => this.#leave(),
    });
    this.#consumer = this.#steered() as unknown as Consumer;
    this.#stopBeating = clock.every(HEARTBEAT_MS, () => this.#beat());
    this.#join();
  }

  get partitions(): readonly number[] {
    return this.#assignments.ready();
  }

  get troubles(): Processor["troubles"] {
    return this.#assignments.troubles;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopBeating();
    this.#leave();
    await this.#assignments.close();
  }

  #join(): void {
    if (this.#joining || this.#stopped) return;
    this.#joining = true;
    const { group, inputs } = this.#options;
    const member = this.#broker.groups.memberId(this.#life.name);
    const assigned = this.#life.gated((partitions: readonly number[]) => {
      if (this.#member === member && !this.#stopped)
        this.#assignments.assign(this.#consumer, member, partitions);
    });
    const join = (): void =>
      this.#broker.groups.join(`${group} ${inputs[0]}`, this.#count, member, (partitions) =>
        this.#broker.world.scheduler.after(3, () => assigned(partitions)),
      );
    this.#member = member;
    this.#broker
      .ask(this.#life, `join ${group}`, join)
      .catch(() => {
        this.#member = "";
      })
      .finally(() => {
        this.#joining = false;
      });
  }

  #leave(): void {
    const member = this.#member;
    this.#member = "";
    const { group, inputs } = this.#options;
    const leave = (): void => this.#broker.groups.leave(`${group} ${inputs[0]}`, member);
    this.#broker.ask(this.#life, `leave ${group}`, leave).catch(() => {});
  }

  #beat(): void {
    if (this.#joining) return;
    const member = this.#member;
    const { group, inputs } = this.#options;
    if (member === "") {
      this.#join();
      return;
    }
    this.#broker
      .ask(this.#life, `heartbeat ${group}`, () => this.#broker.groups.heard(`${group} ${inputs[0]}`, member))
      .then(
        (known) => {
          if (!known && this.#member === member) this.#member = "";
        },
        () => {},
      );
  }

  #steered() {
    const each = (places: readonly { topic: string; partitions: number[] }[], paused: boolean): void => {
      for (const { topic, partitions } of places)
        for (const partition of partitions) {
          const position = this.#position(topic, partition);
          position.paused = paused;
          position.steered++;
          if (!paused) void this.#fetch(topic, partition, position);
        }
    };
    return {
      pause: (places: readonly { topic: string; partitions: number[] }[]) => each(places, true),
      resume: (places: readonly { topic: string; partitions: number[] }[]) => each(places, false),
      seek: ({ topic, partition, offset }: { topic: string; partition: number; offset: string }) => {
        const position = this.#position(topic, partition);
        position.next = Number(offset);
        position.steered++;
      },
    };
  }

  #position(topic: string, partition: number): Position {
    const key = `${topic}-${partition}`;
    const position = this.#positions.get(key) ?? { next: 0, paused: true, steered: 0, busy: false };
    this.#positions.set(key, position);
    return position;
  }

  /** One at a time for each partition, until it is paused or taken away. */
  async #fetch(topic: string, partition: number, position: Position): Promise<void> {
    if (position.busy) return;
    position.busy = true;
    while (!this.#stopped && !position.paused && this.#assignments.worker(partition)) {
      const { steered } = position;
      try {
        const { records, next } = await this.#fetched(topic, partition, position.next);
        if (position.steered !== steered) continue;
        if (records.length === 0) {
          position.next = next;
          await this.#news(topic, partition, next);
        } else await this.#batch(topic, partition, position, records);
      } catch {
        await this.#life.clock.sleep(LONG_POLL_MS);
      }
    }
    position.busy = false;
  }

  #fetched(topic: string, partition: number, from: number) {
    const { log } = this.#broker.memory;
    return this.#broker.ask(this.#life, `fetch ${topic}-${partition}`, () => {
      // An offset out of range begins again at the earliest (delivery rule 5e).
      const start = from > log.end({ topic, partition }) ? 0 : from;
      const records = log.readable(topic, partition, start);
      return { records, next: Math.max(start, log.stable({ topic, partition })) };
    });
  }

  /** Resolves when there is something at this offset, or after the longest wait of a fetch. */
  #news(topic: string, partition: number, from: number): Promise<void> {
    const { log } = this.#broker.memory;
    return new Promise((resolve) => {
      let over = false;
      const end = (): void => {
        over = true;
        resolve();
      };
      const look = (): void => {
        if (over || this.#life.dead) return;
        const isThere = !log.names().includes(topic) || log.stable({ topic, partition }) > from;
        if (!isThere) {
          this.#broker.onNext(look);
          return;
        }
        cancel();
        woken();
      };
      const cancel = this.#life.clock.after(LONG_POLL_MS, end);
      const woken = this.#life.gated(end);
      this.#broker.onNext(look);
    });
  }

  async #batch(
    topic: string,
    partition: number,
    position: Position,
    records: readonly InRecord[],
  ): Promise<void> {
    const { clock } = this.#life;
    const began = clock.monotonic();
    const { log } = this.#broker.memory;
    const fetched = {
      first: records[0]?.offset ?? 0,
      last: records.at(-1)?.offset ?? 0,
      end: log.end({ topic, partition }),
    };
    for (const chunk of chunks(records, this.#limits)) {
      const worker = this.#assignments.worker(partition);
      if (this.#stopped || !worker) return;
      const { steered } = position;
      const last = chunk.at(-1)?.offset ?? 0;
      try {
        await worker.process(topic, chunk, last + 1, fetched);
      } catch (error) {
        this.#assignments.revive(this.#consumer, partition, worker, error);
        return;
      }
      this.#assignments.worked(partition);
      if (position.steered !== steered) return;
      position.next = last + 1;
    }
    const minGapMs = this.#options.minCommitGapMs ?? DEFAULT_GAP_MS;
    const gap = commitGap(minGapMs, this.#assignments.ready().length);
    const waitMs = holdBack(loadOf(records, this.#limits), clock.monotonic() - began, gap);
    if (waitMs > 0) await clock.sleep(waitMs);
  }
}
