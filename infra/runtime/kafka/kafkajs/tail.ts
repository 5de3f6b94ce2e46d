import type { Admin } from "kafkajs";
import type { CodedError } from "../../../../schemas/errors.ts";
import type { Tail, TailGroup, TailGroupOptions, TailOptions } from "../ports.ts";
import { Positions } from "../positions.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { openCluster } from "./cluster.ts";
import { coded } from "./errors.ts";
import { KafkaJsLogReader } from "./log-reader.ts";
import { persistently } from "./persistence.ts";
import { openReader } from "./reader.ts";
import { PolledTails, type TailBounds } from "./tail-group.ts";
import { TopicIds } from "./topic-ids.ts";

/** @throws {CodedError} KAFKA_UNAVAILABLE, also when one of the topics does not exist */
export async function openTail(options: ClusterOptions, tail: TailOptions): Promise<Tail> {
  if (tail.topics.length === 0) {
    return { caughtUp: Promise.resolve(), failed: new Promise(() => {}), stop: async () => {} };
  }
  const { starts, ends, ids } = await bounds(options, tail);
  let caughtUp = (): void => {};
  const whenCaughtUp = new Promise<void>((resolve) => {
    caughtUp = resolve;
  });
  let onFinal = (_error: CodedError): void => {};
  const failed = new Promise<never>((_, reject) => {
    onFinal = reject;
  });
  const begun = Promise.race([whenCaughtUp, failed]);
  for (const each of [failed, begun]) each.catch(() => {});
  const onProgress = (): void => {
    if (starts.reached(ends)) caughtUp();
  };
  onProgress();
  const reader = openReader(options, {
    positions: starts,
    ids,
    onRecords: tail.onRecords,
    onAnew: (topic, now) => ends.replace(topic, now),
    onProgress,
    onFinal,
  });
  return { caughtUp: begun, failed, stop: () => reader.stop() };
}

/** Needs Kafka 3.1: a fetch by topic id is what it is made of. */
export function openTailGroup(options: ClusterOptions, group: TailGroupOptions): TailGroup {
  const { clock, logger } = options;
  const endsOf = async (topic: string): Promise<readonly number[]> => {
    const { ends } = await bounds(options, { topics: [topic], from: "end" });
    return Array.from(ends.entries(), ([, , end]) => end);
  };
  const reader = new KafkaJsLogReader(options, {}, true);
  return new PolledTails({ clock, logger, reader, endsOf, bounds: (tail) => bounds(options, tail) }, group);
}

/** Where each partition is to be read from, and its end now. */
async function bounds(
  options: ClusterOptions,
  { topics, from }: Pick<TailOptions, "topics" | "from">,
): Promise<TailBounds> {
  const client = openClient(options, { giveUpMs: 5_000 });
  const admin = client.kafka.admin();
  const starts = new Positions();
  const ends = new Positions();
  const ids = new Map<string, string | undefined>();
  try {
    await admin.connect();
    const current = new TopicIds(await openCluster(client));
    await Promise.all(
      topics.map((topic) =>
        persistently(options.clock, async () => {
          // Before the offsets: one that is made again in between is then seen as another.
          ids.set(topic, await current.current(topic));
          await bound(admin, topic, from, starts, ends);
        }),
      ),
    );
  } catch (error) {
    throw coded(error, `cannot read ${topics.join(", ")}`);
  } finally {
    await admin.disconnect().catch(() => {});
    client.destroy();
  }
  return { starts, ends, ids };
}

async function bound(
  admin: Admin,
  topic: string,
  from: TailOptions["from"],
  starts: Positions,
  ends: Positions,
): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const byTime = typeof from === "number" ? await admin.fetchTopicOffsetsByTimestamp(topic, from) : [];
  for (const { partition, low, high } of offsets) {
    const since = byTime.find((o) => o.partition === partition)?.offset;
    const start = from === "beginning" ? low : from === "end" ? high : (since ?? high);
    starts.set(topic, partition, Number(start));
    ends.set(topic, partition, Number(high));
  }
}
