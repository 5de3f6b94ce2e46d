import type { Kafka, KafkaAdmin } from "../../../runtime/kafka/ports.ts";
import { readPartition } from "../../../runtime/kafka/read-partition.ts";
import type { QueryPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";
import { changedId } from "./materialized.ts";

/** What a query goes on as. */
export interface Grown {
  readonly plan: QueryPlan;
  /** Has to have as many partitions as the source. */
  readonly regroupState: string;
  /**
   * Until then the query counted in one step. Its groups stay in the partitions that they were counted in: by what
   * `idOf` makes of their keys. Left out: it regrouped from the beginning.
   */
  readonly homes?: ReadonlyMap<string, number>;
}

type Admin = Pick<KafkaAdmin, "partitionCounts">;

/**
 * The plan of a query whose source has more partitions by now than its command says. One that groups a stream can go on
 * with them, by a first stage that keeps nothing but its positions; a window's sums are forgotten some day, and
 * then nobody knows where they lay. Other queries keep their plan, and do not start.
 *
 * @returns undefined: nothing has grown.
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function grownPlan(
  { plan, sink, name }: { readonly plan: QueryPlan; readonly sink: Source; readonly name: string },
  admin: Admin,
  kafka: Pick<Kafka, "logReader">,
): Promise<Grown | undefined> {
  const { source, group } = plan;
  const now = (await admin.partitionCounts([source.topic])).get(source.topic) ?? 0;
  if (now <= source.partitions || !group || source.type !== "STREAM") return undefined;
  const grown = {
    plan: { ...plan, source: { ...source, partitions: now } },
    regroupState: regroupStateOf(name),
  };
  if (regroups(source.partitions, group.byKey, sink.partitions)) return grown;
  if (group.window) return undefined;
  return { ...grown, homes: await homesOf(kafka, admin, stateOf(name)) };
}

/** Where each group of a table without windows is kept. A group is never deleted, so it has one partition. */
async function homesOf(
  kafka: Pick<Kafka, "logReader">,
  admin: Admin,
  topic: string,
): Promise<ReadonlyMap<string, number>> {
  const homes = new Map<string, number>();
  const partitions = (await admin.partitionCounts([topic])).get(topic) ?? 0;
  const reader = kafka.logReader({});
  try {
    for (let partition = 0; partition < partitions; partition++) {
      for await (const record of readPartition(reader, topic, partition)) {
        const id = changedId(record);
        if (id !== undefined) homes.set(id, partition);
      }
    }
  } finally {
    await reader.stop();
  }
  return homes;
}

/** Are the groups of a query spread over the partitions of its source, so that they must be brought together? */
export function regroups(sourcePartitions: number, byKey: boolean, sinkPartitions: number): boolean {
  return !((sourcePartitions === 1 || byKey) && sourcePartitions === sinkPartitions);
}

/** @param name - of the query's internal topics. */
export function stateOf(name: string): string {
  return `${name}-changelog`;
}

/** @param name - of the query's internal topics. */
export function regroupStateOf(name: string): string {
  return `${name}-regroup-changelog`;
}
