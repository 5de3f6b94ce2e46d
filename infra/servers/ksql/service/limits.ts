import type { Catalog } from "../catalog/catalog.ts";
import { refuse } from "../errors.ts";

/** What one server takes on. More does not run any better on one machine, and each of them costs topics and memory. */
export const LIMITS = {
  /** Persistent queries: each holds two connections to Kafka per stage and writes topics of its own. */
  queries: 100,
  /** Streams and tables. */
  sources: 1_000,
  /** Of a topic that a statement makes. */
  partitions: 1_000,
  /** Of all topics that its streams and tables name: each costs every broker memory and open files. */
  partitionsInAll: 10_000,
  /** Push queries that clients have open (ksqlDB's `ksql.max.push.queries`). */
  pushes: 100,
  /** In one request. */
  statements: 1_000,
} as const;

/**
 * Does a catalog that a statement was tried out on stay within the limits? Asked before a command is written only: what
 * is in the command topic was taken on.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID
 */
export function checkLimits(catalog: Catalog): void {
  const queries = catalog.queries().length;
  if (queries > LIMITS.queries) {
    throw refuse(
      `Not executing the statement as it would cause the number of active, persistent queries to exceed the limit. Use the TERMINATE command to terminate existing queries.\nCurrent active, persistent query count: ${queries - 1}.\nLimit: ${LIMITS.queries}.`,
    );
  }
  checkPartitionsInAll(catalog);
  const sources = catalog.sources().length;
  if (sources > LIMITS.sources) {
    throw refuse(
      `Not executing the statement as it would cause the number of streams and tables to exceed the limit of ${LIMITS.sources}. DROP those that are not needed.`,
    );
  }
}

function checkPartitionsInAll(catalog: Catalog): void {
  const topics = new Map(catalog.sources().map(({ topic, partitions }) => [topic, partitions]));
  const partitions = [...topics.values()].reduce((sum, each) => sum + each, 0);
  if (partitions <= LIMITS.partitionsInAll) return;
  throw refuse(
    `Not executing the statement as the topics of all streams and tables would have ${partitions} partitions: at most ${LIMITS.partitionsInAll} are taken on. DROP those that are not needed, or give fewer PARTITIONS.`,
  );
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID */
export function checkPartitions(partitions: number): void {
  if (partitions <= LIMITS.partitions) return;
  throw refuse(
    `PARTITIONS is ${partitions}: a topic that this server makes has at most ${LIMITS.partitions}.`,
  );
}
