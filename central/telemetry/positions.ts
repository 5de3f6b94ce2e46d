import type { ClientBase } from "pg";
import type { WriteCounts } from "./write-counts.ts";

/** A partition of one topic: of that which has this id, not of another one under the same name. */
export interface TopicIdPartition {
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  /** "": the brokers know no ids. */
  readonly topicId: string;
}

/** Where a partition is to be read on. */
export interface KeptPosition {
  /** undefined: nothing of it was read yet. */
  readonly next: number | undefined;
  /** Why an earlier position under the same name is none here; undefined: there was no other. */
  readonly notice: string | undefined;
}

const THIS = "cluster = $1 AND topic = $2 AND partition = $3 AND topic_id = $4";
const idOf = ({ cluster, topic, partition, topicId }: TopicIdPartition) =>
  [cluster, topic, partition, topicId] as const;

/**
 * The position in this topic. One that was kept before topics had ids here is taken over where it can be right.
 *
 * A position behind the end of the very same topic is that of a log that lost its end, so what is there now may be new
 * from any offset on: it is read from the start, which brings duplicates at worst.
 *
 * @param end - the partition's end offset.
 */
export async function readPosition(
  client: ClientBase,
  place: TopicIdPartition,
  end: number,
): Promise<KeptPosition> {
  await client.query(
    `UPDATE av_telemetry.positions SET topic_id = $4
     WHERE cluster = $1 AND topic = $2 AND partition = $3 AND topic_id = '' AND next_offset <= $5
       AND NOT EXISTS (SELECT FROM av_telemetry.positions WHERE ${THIS})`,
    [...idOf(place), end],
  );
  const { rows } = await client.query<{ next: string; mine: boolean }>(
    `SELECT next_offset AS next, topic_id = $4 AS mine FROM av_telemetry.positions
     WHERE cluster = $1 AND topic = $2 AND partition = $3 ORDER BY mine DESC, updated_at DESC LIMIT 1`,
    [...idOf(place)],
  );
  const [row] = rows;
  if (!row) return { next: undefined, notice: undefined };
  const next = Number(row.next);
  if (!row.mine) {
    return {
      next: undefined,
      notice: `it was made again: position ${next} was in another topic of its name`,
    };
  }
  if (next <= end) return { next: next > 0 ? next : undefined, notice: undefined };
  await client.query(
    `UPDATE av_telemetry.positions SET topic_id = topic_id || ' before ' || now() WHERE ${THIS}`,
    [...idOf(place)],
  );
  return { next: undefined, notice: `it ends at ${end}, before position ${next}: its end was lost` };
}

/** The next offset; no other session moves it until this transaction ends. */
export async function lockPosition(client: ClientBase, place: TopicIdPartition): Promise<number> {
  const { rows } = await client.query<{ next: string }>(
    `INSERT INTO av_telemetry.positions AS p (cluster, topic, partition, topic_id, next_offset)
     VALUES ($1, $2, $3, $4, 0)
     ON CONFLICT (cluster, topic, partition, topic_id) DO UPDATE SET next_offset = p.next_offset
     RETURNING next_offset AS next`,
    [...idOf(place)],
  );
  return Number(rows[0]?.next ?? 0);
}

export async function advancePosition(
  client: ClientBase,
  place: TopicIdPartition,
  next: number,
  counts: WriteCounts,
): Promise<void> {
  const { inserted, duplicates, deadLetters, skipped } = counts;
  await client.query(
    `UPDATE av_telemetry.positions
     SET next_offset = $5, inserted = inserted + $6, duplicates = duplicates + $7, dead_letters = dead_letters + $8,
         skipped = skipped + $9, updated_at = now()
     WHERE ${THIS}`,
    [...idOf(place), next, inserted, duplicates, deadLetters, skipped],
  );
}
