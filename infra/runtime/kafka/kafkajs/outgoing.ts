import kafkajs, { type ICustomPartitioner, type Message, type TopicMessages } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { OutRecord, Written } from "../ports.ts";

/** Most records and bytes of one request: `message.max.bytes` is 1 MiB by default and binds each partition's share. */
export const MAX_REQUEST: RequestLimits = { records: 1000, bytes: 768 * 1024 };

interface RequestLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Bytes of a record on the wire, near enough for limits: key, value, headers and the framing of each. */
export function sizeOf(record: OutRecord): number {
  let size = 24 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of Object.entries(record.headers ?? {})) size += name.length + value.length + 6;
  return size;
}

/** Cut a list where the next record would pass a limit; one that is larger than the limit goes alone. */
export function inRequests(records: readonly OutRecord[], max = MAX_REQUEST): OutRecord[][] {
  const requests: OutRecord[][] = [];
  let current: OutRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (current.length > 0 && (current.length >= max.records || bytes + size > max.bytes)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(record);
    bytes += size;
  }
  if (current.length > 0) requests.push(current);
  return requests;
}

export interface Outgoing {
  readonly topicMessages: TopicMessages[];
  /** In the order of `records`. */
  readonly messages: readonly Message[];
}

/** Records as kafkajs wants them: by topic, in their order. */
export function outgoing(records: readonly OutRecord[]): Outgoing {
  const byTopic = new Map<string, Message[]>();
  const messages = records.map((record) => {
    const message: Message = { key: record.key, value: record.value };
    if (record.partition !== undefined) message.partition = record.partition;
    if (record.timestamp !== undefined) message.timestamp = String(record.timestamp);
    if (record.headers) message.headers = { ...record.headers };
    const list = byTopic.get(record.topic);
    if (list) list.push(message);
    else byTopic.set(record.topic, groupedInOnePass([message]));
    return message;
  });
  return { topicMessages: [...byTopic].map(([topic, list]) => ({ topic, messages: list })), messages };
}

/** kafkajs's step: a message added to the groups so far, which it copies. */
type Grouping = (groups: Groups, message: Message) => Groups;
type Groups = Record<string, Message[]>;

/**
 * kafkajs 2.2.4 groups a topic's messages by partition with `messages.reduce`, and copies a partition's group for each
 * further message: the square of their number, at a thousand a third of what the producer costs. Such a list shows its
 * step one message at a time and keeps the groups itself.
 */
function groupedInOnePass(messages: Message[]): Message[] {
  const reduce = (step: Grouping): Groups => {
    const groups: Groups = {};
    for (const message of messages) {
      const [[partition = "", group = []] = []] = Object.entries(step({}, message));
      const before = groups[partition];
      if (before) before.push(...group);
      else groups[partition] = group;
    }
    return groups;
  };
  return Object.defineProperty(messages, "reduce", { value: reduce });
}

/** Chooses as Java's default partitioner does, and notes it in the message, so that each record's offset can be told. */
export const notingPartitioner: ICustomPartitioner = () => {
  const java = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const partition = java(args);
    // kafkajs drops a record for a partition that does not exist, without an error.
    if (!args.partitionMetadata.some((p) => p.partitionId === partition)) {
      throw new CodedError("KAFKA_RECORD_REFUSED", {
        message: `${args.topic} has no partition ${partition}`,
        retryable: false,
        context: { topic: args.topic, partition },
      });
    }
    args.message.partition = partition;
    return partition;
  };
};

/** What the broker answers for one partition of a request. */
export interface BrokerAnswer {
  readonly topicName: string;
  readonly partition: number;
  readonly baseOffset?: string;
}

/**
 * Each record's place, from the base offset of its partition's share.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE when a share was not answered: whether it was written is unknown.
 */
export function placesOf(
  records: readonly OutRecord[],
  messages: readonly Message[],
  answers: readonly BrokerAnswer[],
): Written[] {
  const next = new Map<string, Map<number, number>>();
  for (const { topicName, partition, baseOffset } of answers) {
    if (baseOffset === undefined) continue;
    const shares = next.get(topicName) ?? new Map<number, number>();
    next.set(topicName, shares.set(partition, Number(baseOffset)));
  }
  return records.map(({ topic }, i) => {
    const partition = messages[i]?.partition ?? -1;
    const shares = next.get(topic);
    const offset = shares?.get(partition);
    if (shares === undefined || offset === undefined) {
      throw new CodedError("KAFKA_UNAVAILABLE", {
        message: `no answer for ${topic} ${partition}`,
        retryable: true,
        context: { topic, partition },
      });
    }
    shares.set(partition, offset + 1);
    return { partition, offset };
  });
}
