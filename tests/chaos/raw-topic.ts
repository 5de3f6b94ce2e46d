import { setTimeout as sleep } from "node:timers/promises";
import kafkajs, { type Admin } from "kafkajs";

const LOOK_MS = 200;
/** For so many looks one after the other nothing may come before the topic is taken for at rest. */
const CALM_LOOKS = 5;
/** Kafka's own mark of a setting that a topic was given (CONFIG_SOURCE, KIP-226). */
const OF_THE_TOPIC = 1;

/** A finding of the auditor, as `/api/v1/proof/findings` has it. */
export interface Unread {
  readonly id: string;
  readonly kind: string;
  readonly hop: string;
  readonly resolved: object | null;
  readonly evidence: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
  }[];
}

/** Where the partitions of a topic ended when it was deleted. */
export type Ends = ReadonlyMap<number, number>;

/**
 * Findings that an operator may resolve who has deleted a topic while everything in it was counted: that it is not known
 * what it held from an offset on. Each deletion explains one such finding of each partition, and none behind its end.
 */
export function explained(
  findings: readonly Unread[],
  topic: string,
  deletions: readonly Ends[],
): readonly string[] {
  const left = [...deletions];
  const unread = findings.filter(({ kind, hop }) => kind === "unread" && hop === "raw");
  // What is resolved already has used up its deletion.
  const inTurn = [
    ...unread.filter(({ resolved }) => resolved),
    ...unread.filter(({ resolved }) => !resolved),
  ];
  return inTurn.flatMap(({ id, resolved, evidence: [at] }) => {
    if (!at || at.topic !== topic) return [];
    const by = left.findIndex((ends) => at.offset <= (ends.get(at.partition) ?? -1));
    const ends = left[by];
    if (!ends) return [];
    left[by] = new Map([...ends].filter(([partition]) => partition !== at.partition));
    return resolved ? [] : [id];
  });
}

/**
 * Delete a topic and make it again as it was, once a group has committed all of it and nothing more comes. Kafka is asked by
 * kafkajs as everybody has it.
 *
 * @param stillCalm - is what kept its writers away in force? Asked in the moment before it goes.
 * @returns where it ended.
 * @throws {Error} when the group was not through in time: then nothing was done.
 */
export async function madeAnew(
  brokers: string,
  topic: string,
  groupId: string,
  withinMs: number,
  stillCalm: () => Promise<boolean>,
): Promise<Ends> {
  const { Kafka, logLevel, ConfigResourceTypes } = kafkajs;
  const retry = { retries: 20, maxRetryTime: 2_000 };
  const client = new Kafka({
    brokers: brokers.split(","),
    clientId: "stranger",
    logLevel: logLevel.NOTHING,
    retry,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const ends = await committed(admin, topic, groupId, withinMs);
    if (!(await stillCalm())) throw new Error(`${topic}: its writers came back`);
    const isThere = async (): Promise<boolean> => (await admin.listTopics()).includes(topic);
    // An answer may be lost, and others may make it again: only what is there counts.
    await admin.deleteTopics({ topics: [topic] }).catch(() => {});
    while (await isThere()) await sleep(LOOK_MS);
    const configEntries = (resources[0]?.configEntries ?? []).flatMap(
      ({ configName: name, configValue: value, configSource }) =>
        Number(configSource) === OF_THE_TOPIC ? [{ name, value }] : [],
    );
    const topics = [{ topic, numPartitions: ends.size, configEntries }];
    while (!(await isThere())) await admin.createTopics({ topics }).catch(() => sleep(LOOK_MS));
    return ends;
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when the group has committed everything, and nothing came for a second. */
async function committed(admin: Admin, topic: string, groupId: string, withinMs: number): Promise<Ends> {
  const began = performance.now();
  let last = "";
  for (let calm = 0; performance.now() - began < withinMs; await sleep(LOOK_MS)) {
    const [ends, groups] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    // Of a partition without records nothing was committed: -1.
    const read = new Map(groups[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const now = JSON.stringify(ends);
    const isThrough = ends.every(
      ({ partition, high }) => Math.max(0, read.get(partition) ?? 0) >= Number(high),
    );
    calm = isThrough && now === last ? calm + 1 : 0;
    last = now;
    if (calm >= CALM_LOOKS) return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  }
  throw new Error(`${groupId} was not through with ${topic} within ${withinMs} ms`);
}
