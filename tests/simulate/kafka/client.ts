import type {
  InRecord,
  Kafka,
  KafkaAdmin,
  OutRecord,
  Producer,
  Tail,
  TailOptions,
  Written,
} from "../../../infra/runtime/kafka/ports.ts";
import { memoryLogReader } from "../../../infra/runtime/kafka/testing/memory-log-reader.ts";
import type { Life } from "../time/life.ts";
import { type Broker, unavailable } from "./broker.ts";
import { simulatedProcessor } from "./processor.ts";

const PRODUCER_MS = 10_000;
/** A request that was not answered is sent again after so long, ms. */
const AGAIN_MS = 1_000;
const TAIL_MS = 100;

/** Kafka as one process sees it. */
export function kafkaOf(broker: Broker, life: Life): Kafka {
  return {
    producer: async ({ timeoutMs = PRODUCER_MS } = {}) => new SimulatedProducer(broker, life, timeoutMs),
    processor: (options) => simulatedProcessor(broker, life, options),
    tail: async (options) => new SimulatedTail(broker, life, options),
    tailGroup() {
      const tails: Tail[] = [];
      return {
        async tail(options) {
          const tail = new SimulatedTail(broker, life, options);
          tails.push(tail);
          return tail;
        },
        async stop() {
          for (const tail of tails) await tail.stop();
        },
      };
    },
    logReader: (options) => {
      const reader = memoryLogReader(broker.memory.log, options);
      return {
        look: (at) => broker.ask(life, "look", () => reader.look(at)),
        stop: () => reader.stop(),
      };
    },
    admin: () => adminOf(broker, life),
  };
}

async function adminOf(broker: Broker, life: Life): Promise<KafkaAdmin> {
  const admin = await broker.memory.admin();
  const asked = <Given extends unknown[], T>(
    name: string,
    act: (...given: Given) => Promise<T>,
  ): ((...given: Given) => Promise<T>) => {
    return (...given) => broker.ask(life, name, () => act(...given));
  };
  return {
    ensureTopics: asked("ensure topics", admin.ensureTopics),
    listTopics: asked("list topics", admin.listTopics),
    endOffsets: asked("end offsets", admin.endOffsets),
    offsetsAt: asked("offsets at a time", admin.offsetsAt),
    committedOffsets: (group, topic) =>
      broker.ask(life, "group offsets", () => {
        const found = Array.from({ length: broker.memory.log.partitionCount(topic) }, (_, partition) =>
          broker.offsets.get(`${group} ${topic}-${partition}`),
        );
        return found.some(Boolean) ? found.map((offset) => offset?.next ?? 0) : null;
      }),
    partitionsOf: asked("partitions", admin.partitionsOf),
    growTopics: asked("grow topics", admin.growTopics),
    partitionCounts: asked("partition counts", admin.partitionCounts),
    activeGroups: asked("active groups", admin.activeGroups),
    fence: asked("fence", admin.fence),
    topicId: asked("topic id", admin.topicId),
    settingsOf: asked("settings", admin.settingsOf),
    describeTopics: asked("describe topics", admin.describeTopics),
    hangingTransactions: asked("hanging", admin.hangingTransactions),
    deleteTopics: asked("delete topics", admin.deleteTopics),
    clusterId: async () => "simulated",
    close: async () => {},
  };
}

interface Call {
  readonly records: readonly OutRecord[];
  readonly since: number;
  readonly resolve: (written: readonly Written[]) => void;
  readonly reject: (error: unknown) => void;
}

/** At least once, one call in flight, in the order of the calls; the broker knows an attempt of the same call again. */
class SimulatedProducer implements Producer {
  readonly #broker: Broker;
  readonly #life: Life;
  readonly #timeoutMs: number;
  readonly #calls: Call[] = [];
  #sending = false;

  constructor(broker: Broker, life: Life, timeoutMs: number) {
    this.#broker = broker;
    this.#life = life;
    this.#timeoutMs = timeoutMs;
  }

  get waiting(): number {
    return this.#calls.reduce((sum, { records }) => sum + records.length, 0);
  }

  send(records: readonly OutRecord[]): Promise<readonly Written[]> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ records, since: this.#life.clock.monotonic(), resolve, reject });
      if (!this.#sending) void this.#run();
    });
  }

  async close(): Promise<void> {
    while (this.#sending) await this.#life.clock.sleep(5);
  }

  async #run(): Promise<void> {
    this.#sending = true;
    for (let call = this.#calls[0]; call; call = this.#calls[0]) {
      try {
        call.resolve(await this.#sent(call));
      } catch (error) {
        call.reject(error);
      }
      this.#calls.shift();
    }
    this.#sending = false;
  }

  async #sent({ records, since }: Call): Promise<readonly Written[]> {
    const { clock } = this.#life;
    const doubt = this.#broker.doubt();
    let written: readonly Written[] | undefined;
    let given = false;
    while (clock.monotonic() - since < this.#timeoutMs) {
      try {
        const answer = await this.#broker.ask(
          this.#life,
          `produce ${records.length} of ${records[0]?.topic ?? ""}`,
          () => {
            // What was given up is not written any more: its connection is closed (delivery rule 5f).
            if (given) throw unavailable("given up");
            this.#broker.admit(records);
            if (doubt?.written === false) return [];
            written ??= this.#broker.memory.append(records);
            return written;
          },
          AGAIN_MS,
        );
        if (!doubt) return answer;
        break;
      } catch (error) {
        if (!isLost(error)) throw error;
        await clock.sleep(50);
      }
    }
    given = true;
    throw unavailable("produce");
  }
}

function isLost(error: unknown): boolean {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}

/** Reads every partition, goes on with a topic that is made again, belongs to no group. */
class SimulatedTail implements Tail {
  readonly caughtUp: Promise<void>;
  readonly failed = new Promise<never>(() => {});
  readonly #broker: Broker;
  readonly #life: Life;
  readonly #options: TailOptions;
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(broker: Broker, life: Life, options: TailOptions) {
    this.#broker = broker;
    this.#life = life;
    this.#options = options;
    let caughtUp = (): void => {};
    this.caughtUp = new Promise((resolve) => {
      caughtUp = resolve;
    });
    this.#running = this.#run(caughtUp);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(caughtUp: () => void): Promise<void> {
    const positions = new Map<string, { id: string | undefined; next: number[] }>();
    while (!this.#stopped) {
      try {
        let records = 0;
        for (const topic of this.#options.topics) records += await this.#look(topic, positions);
        if (records === 0) caughtUp();
      } catch {
        // Asked again below, as the real one asks again.
      }
      await this.#life.clock.sleep(TAIL_MS);
    }
  }

  async #look(
    topic: string,
    positions: Map<string, { id: string | undefined; next: number[] }>,
  ): Promise<number> {
    const { log } = this.#broker.memory;
    const known = positions.get(topic);
    const looked = await this.#broker.ask(this.#life, `tail ${topic}`, () => {
      const id = log.topicId(topic);
      const count = log.partitionCount(topic);
      const next = Array.from({ length: count }, (_, partition) => {
        if (known) return known.id === id ? (known.next[partition] ?? 0) : 0;
        return this.#start(topic, partition);
      });
      const records = next.flatMap((from, partition) => log.readable(topic, partition, from));
      return { id, records, ends: next.map((_, partition) => log.stable({ topic, partition })) };
    });
    if (this.#stopped) return 0;
    if (looked.records.length > 0) await this.#options.onRecords(looked.records);
    positions.set(topic, { id: looked.id, next: looked.ends });
    return looked.records.length;
  }

  #start(topic: string, partition: number): number {
    const { log } = this.#broker.memory;
    const { from } = this.#options;
    if (from === "beginning") return 0;
    const end = log.end({ topic, partition });
    if (from === "end") return end;
    const isNew = (record: InRecord): boolean => record.timestamp >= from;
    return log.readable(topic, partition).find(isNew)?.offset ?? end;
  }
}
