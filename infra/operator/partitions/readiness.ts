import { AUDIT_KEYS, type Verdict } from "../../../schemas/audit.ts";
import { topicsByStation } from "../../../schemas/topic-settings.ts";
import { dedupGroup, type Topics, topicNames } from "../../../schemas/topics.ts";
import type { ActiveGroup, KafkaAdmin, LogReader } from "../../runtime/kafka/ports.ts";
import { readPartition } from "../../runtime/kafka/read-partition.ts";
import { backlogs } from "./loops.ts";

/** Something that must not be while the number of partitions changes. */
export interface Obstacle {
  readonly cause: string;
  readonly mend: string;
}

/** Per topic the next offset of each partition. */
export type Ends = Readonly<Record<string, readonly number[]>>;

type Admin = Pick<KafkaAdmin, "listTopics" | "partitionCounts" | "endOffsets">;
type Reader = Pick<LogReader, "look">;

const QUERY_GROUP = /query_C[ST]AS_/;
const DRAIN = "start the system, wait until the page says that the proof holds, and stop it in order";

/**
 * Consumer groups of ours that have members: these would go on with the old number. Queries that read nothing of this
 * system may run: other systems share the cluster.
 */
export function runningGroups(groups: readonly ActiveGroup[], prefix: string): readonly Obstacle[] {
  const own = topicsByStation(topicNames(prefix));
  return groups.flatMap(({ group, clients, topics }) => {
    const query = QUERY_GROUP.test(group) && topics.some((topic) => own.includes(topic));
    const what = group === dedupGroup(prefix) ? "dedup" : query ? "a query of ksql" : undefined;
    if (what === undefined) return [];
    const cause = `${what} runs: ${clients.join(", ")} is in the consumer group ${group}`;
    return [{ cause, mend: "stop everything but Kafka" }];
  });
}

/** The ends of those of these topics that exist. */
export async function endsOf(admin: Admin, topics: readonly string[]): Promise<Ends> {
  const existing = await admin.partitionCounts(topics);
  const ends: [string, readonly number[]][] = [];
  for (const topic of existing.keys()) ends.push([topic, await admin.endOffsets(topic)]);
  return Object.fromEntries(ends);
}

/** Topics that were written between the two. */
export function written(before: Ends, after: Ends): readonly string[] {
  const same = (topic: string): boolean => JSON.stringify(before[topic]) === JSON.stringify(after[topic]);
  return Object.keys(after).filter((topic) => !same(topic));
}

/** Is everything that came to Kafka also counted, summed and audited? */
export async function undrained(admin: Admin, reader: Reader, prefix: string): Promise<readonly Obstacle[]> {
  const names = topicNames(prefix);
  const { raw, arrivals, turnstiles, dedupState } = names;
  const ends = await endsOf(admin, topicsByStation(names));
  const found: string[] = [];
  const counted = (ends[dedupState] ?? []).some((end) => end > 0);
  // One that has never committed anything keeps no position that could be compared.
  if (!counted && (ends[raw] ?? []).some((end) => end > 0)) found.push(`dedup has read nothing of ${raw}`);
  const waiting = await backlogs(admin, reader, { dedupState, inputs: [raw, arrivals, turnstiles] });
  for (const { stateTopic, input, partition } of waiting) {
    const loop = stateTopic === dedupState ? "dedup" : `the query with the state ${stateTopic}`;
    found.push(`${loop} has not read all of ${input}-${partition}`);
  }
  const verdict = await lastVerdict(admin, reader, names);
  if (verdict) found.push(...unaudited(verdict, ends, names));
  return found.map((cause) => ({ cause, mend: DRAIN }));
}

/** What the auditor had still to compare when it said something last. */
function unaudited(verdict: Verdict, ends: Ends, { raw, arrivals, turnstiles }: Topics): readonly string[] {
  const behind = [raw, arrivals, turnstiles].filter((topic) =>
    (ends[topic] ?? []).some((end, partition) => (verdict.positions[topic]?.[partition] ?? 0) < end),
  );
  const { inSummary } = verdict.turnstiles;
  const summed = inSummary > 0 ? [`${inSummary} entries were in no sum yet when the auditor stopped`] : [];
  return [...behind.map((topic) => `the auditor has not read all of ${topic}`), ...summed];
}

/** undefined: no auditor has ever said anything. */
async function lastVerdict(admin: Admin, reader: Reader, { audit }: Topics): Promise<Verdict | undefined> {
  if ((await admin.partitionCounts([audit])).size === 0) return undefined;
  let last: Verdict | undefined;
  for await (const { key, value } of readPartition(reader, audit, 0)) {
    if (key?.toString() === AUDIT_KEYS.verdict && value) last = JSON.parse(value.toString()) as Verdict;
  }
  return last;
}
