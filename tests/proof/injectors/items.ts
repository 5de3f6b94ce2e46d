import type { StoredReading } from "../../../edge/outbox/ledger.ts";
import type { InRecord, OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import { type BatchedReading, batchesOf, placedIn } from "../world/placed.ts";
import { nameOf, renamed, type Wire } from "../world/wire.ts";
import { type Items, type Strike, struck } from "./strike.ts";

const PLACED: Items<BatchedReading> = {
  nameOf: ({ reading }) => reading,
  renamed: (placed, name) => ({ ...placed, reading: { ...placed.reading, ...name, total: name.seq } }),
  moved: (placed, stationId) => ({ ...placed, stationId }),
};

/** A reading that waits at its station: with the station where it, or what it became, waits then. */
export function struckReading(
  reading: StoredReading,
  stationId: number,
  strike: Strike,
): readonly BatchedReading[] {
  return struck({ reading, stationId }, strike, PLACED);
}

/** A batch as it leaves the injector: more than one where readings went to another station, none where all are gone. */
export function struckBatch(batch: ReadingBatch, strikes: readonly Strike[]): readonly ReadingBatch[] {
  const here = strikes.filter(({ target }) => target.stationId === batch.stationId);
  if (here.length === 0) return [batch];
  const placed = here.reduce<readonly BatchedReading[]>(
    (items, strike) => items.flatMap((item) => struck(item, strike, PLACED)),
    placedIn(batch),
  );
  return batchesOf(placed, batch);
}

/** A raw record likewise; a batch of which nothing is left is a record that is not there. */
export function struckRaw(record: InRecord, strikes: readonly Strike[], wire: Wire): readonly InRecord[] {
  const batch = wire.batchOf(record);
  const batches = struckBatch(batch, strikes);
  if (batches.length === 1 && batches[0] === batch) return [record];
  return batches.map((one) => wire.withBatch(record, one));
}

/** Clean records, of either side of the log. */
export function struckClean<R extends InRecord | OutRecord>(
  record: R,
  strikes: readonly Strike[],
  wire: Wire,
): readonly R[] {
  const items: Items<R> = { nameOf, renamed, moved: (item, stationId) => wire.moved(item, stationId) };
  return strikes.reduce<readonly R[]>(
    (records, strike) => records.flatMap((one) => struck(one, strike, items)),
    [record],
  );
}
