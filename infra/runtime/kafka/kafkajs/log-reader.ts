import { CodedError } from "../../../../schemas/errors.ts";
import { defined } from "../../defined.ts";
import type { LogReader, LogReaderOptions, LookAt, Looked } from "../ports.ts";
import { Positions } from "../positions.ts";
import { type HeaderName, headerNames } from "../wire/batch-records.ts";
import { readRecordSet } from "../wire/record-set.ts";
import { type Client, type ClusterOptions, openClient } from "./client.ts";
import { ask, type Broker, type Cluster, openCluster, plansOfExisting, topicPlans } from "./cluster.ts";
import { coded } from "./errors.ts";
import { KnownPlans } from "./known-plans.ts";
import { listOffsets } from "./list-offsets.ts";
import { FETCH, type FetchedPartition, type FetchTopic, fetchRequest } from "./requests/fetch.ts";
import { SettledLeaders } from "./settled-leaders.ts";
import { disconnected } from "./supervision.ts";

/** A look is one answer: what does not fit in is there at the next. */
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxPartitionBytes: 4 * 1024 * 1024 } as const;
const OFFSET_OUT_OF_RANGE = 1;
const EARLIEST = -2;
const LATEST = -1;

interface Open {
  readonly client: Client;
  readonly cluster: Cluster;
  readonly plans: KnownPlans;
  readonly leaders: SettledLeaders;
}

/** What the names of one look stand for. */
interface Named {
  readonly ids: ReadonlyMap<string, string>;
  readonly leaders: Positions;
  readonly epochs: Positions;
}

/** Looks at Kafka over kafkajs's connections, with requests and readers of its own. */
export class KafkaJsLogReader implements LogReader {
  readonly #options: ClusterOptions;
  readonly #headers: readonly HeaderName[] | undefined;
  readonly #mayMiss: boolean;
  readonly #limits: { readonly maxBytes: number; readonly maxPartitionBytes: number };
  #open: Open | undefined;

  /** @param mayMiss - topics that do not exist are left out of a look; else they fail it. */
  constructor(options: ClusterOptions, { headers, partitionBytes }: LogReaderOptions, mayMiss = false) {
    this.#options = options;
    this.#mayMiss = mayMiss;
    this.#headers = headers && headerNames(headers);
    this.#limits = { ...LIMITS, ...defined({ maxPartitionBytes: partitionBytes }) };
  }

  async look(at: readonly LookAt[], waitMs = 0): Promise<readonly Looked[]> {
    try {
      const open = await this.#connected();
      const named = await namedIn(open.plans, at);
      const byLeader = grouped(at, ({ topic, partition }) => named.leaders.get(topic, partition) ?? -1);
      const answers = await Promise.all(
        [...byLeader].map(([leader, some]) =>
          leader < 0 ? [] : this.#ask(open, named, { leader, at: some, waitMs }),
        ),
      );
      return answers.flat();
    } catch (error) {
      // Whatever it was, the next look begins with a new client.
      await this.stop();
      throw coded(error, "cannot look at Kafka");
    }
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    await disconnected(this.#options.clock, open.cluster.disconnect());
    open.client.destroy();
  }

  async #connected(): Promise<Open> {
    if (this.#open) return this.#open;
    const client = openClient(this.#options, { giveUpMs: 1_000 });
    try {
      const cluster = await openCluster(client);
      const asking = this.#mayMiss ? plansOfExisting : topicPlans;
      const plans = new KnownPlans(cluster, this.#options.clock, asking);
      const leaders = new SettledLeaders((places) =>
        listOffsets(cluster, places, "end", (topics) => plans.of(topics)),
      );
      this.#open = { client, cluster, plans, leaders };
    } catch (error) {
      client.destroy();
      throw error;
    }
    return this.#open;
  }

  async #ask(
    { cluster, plans, leaders }: Open,
    { ids, epochs }: Named,
    {
      leader,
      at: wanted,
      waitMs,
    }: { readonly leader: number; readonly at: readonly LookAt[]; readonly waitMs: number },
  ): Promise<readonly Looked[]> {
    const broker = await cluster.findBroker({ nodeId: leader });
    if ((broker.versions?.[FETCH.key]?.maxVersion ?? 0) < FETCH.version) {
      throw new CodedError("KAFKA_UNAVAILABLE", {
        message: "this Kafka cannot be asked by topic id: 3.1 or later is needed",
        retryable: true,
      });
    }
    const led = wanted.map((one) => ({ ...one, leaderEpoch: epochs.get(one.topic, one.partition) ?? -1 }));
    const at = await leaders.among(leader, led);
    if (at.length < wanted.length) plans.forget();
    if (at.length === 0) return [];
    const topics = [...grouped(at, ({ topic }) => topic)].map(
      ([topic, partitions]): FetchTopic => ({ topicId: ids.get(topic) ?? "", partitions }),
    );
    const { errorCode, partitions } = await ask(
      broker,
      fetchRequest(topics, { ...this.#limits, maxWaitMs: waitMs }),
    );
    if (errorCode !== 0) plans.forget();
    const names = new Map(Array.from(ids, ([topic, topicId]) => [topicId, topic]));
    const looked: Looked[] = [];
    for (const fetched of partitions) {
      const topic = names.get(fetched.topicId);
      const asked = at.find((one) => one.topic === topic && one.partition === fetched.partition);
      if (!asked) continue;
      const answer = await this.#answer(broker, asked, fetched);
      if (answer) {
        looked.push(answer);
        continue;
      }
      // Another leader, or another topic of the name: asked again before the next look.
      plans.forget();
      leaders.forget(asked);
    }
    return looked;
  }

  async #answer(broker: Broker, asked: LookAt, fetched: FetchedPartition): Promise<Looked | undefined> {
    const { topic, partition, from } = asked;
    const { errorCode, topicId, bytes, aborted, logStart: start, highWaterMark: end } = fetched;
    if (errorCode === 0) {
      // Of a topic that ends before this, the answer is "out of range": the leader does not know its mark again.
      if (end < from) return undefined;
      const place = { topic, partition, from, headers: this.#headers };
      return { topic, topicId, partition, start, end, ...readRecordSet(bytes, place, aborted) };
    }
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      const [first, last] = await Promise.all(
        [EARLIEST, LATEST].map((time) => offsetAt(broker, asked, time)),
      );
      if (first === undefined || last === undefined) return undefined;
      return { topic, topicId, partition, records: [], unreadable: [], next: first, start: first, end: last };
    }
    return undefined;
  }
}

/** @throws {CodedError} KAFKA_UNAVAILABLE */
async function namedIn(plans: KnownPlans, at: readonly LookAt[]): Promise<Named> {
  const ids = new Map<string, string>();
  const leaders = new Positions();
  const epochs = new Positions();
  for (const { topic, topicId, partitions } of await plans.of([...new Set(at.map(({ topic }) => topic))])) {
    if (topicId === undefined) {
      throw new CodedError("KAFKA_UNAVAILABLE", {
        message: "this Kafka tells no topic ids: 3.1 or later is needed",
        retryable: true,
      });
    }
    ids.set(topic, topicId);
    for (const { partition, leader, leaderEpoch } of partitions) {
      leaders.set(topic, partition, leader);
      epochs.set(topic, partition, leaderEpoch);
    }
  }
  return { ids, leaders, epochs };
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

async function offsetAt(
  broker: Broker,
  { topic, partition }: LookAt,
  timestamp: number,
): Promise<number | undefined> {
  const { responses } = await broker.listOffsets({
    isolationLevel: 0,
    topics: [{ topic, partitions: [{ partition, timestamp }] }],
  });
  const offset = responses[0]?.partitions[0]?.offset;
  return offset === undefined ? undefined : Number(offset);
}
