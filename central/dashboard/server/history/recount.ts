import type { RecountAnswer } from "../../../../schemas/page/history.ts";
import type { Topics } from "../../../../schemas/topics.ts";
import { isWhole, ReplayCount } from "../../../records/count.ts";
import { type Interval, type RecordLog, rawRuns, recordsOf } from "../../../records/interval.ts";

/** So much earlier a reading may be in the raw topic; what waited for longer before dedup is not compared. */
const LAG_MS = 60_000;
const NAMED = 20;

/** Count an interval again from its records. @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_UNREADABLE */
export async function recount(
  log: RecordLog,
  topics: Topics,
  { from, to }: Interval,
  signal?: AbortSignal,
): Promise<RecountAnswer> {
  const count = new ReplayCount();
  const clean = [topics.arrivals, topics.turnstiles];
  await recordsOf(log, clean, { from, to }, ({ headers }) => count.clean(headers["reading"]), signal);
  const around = { from: from - LAG_MS, to: to + LAG_MS };
  await rawRuns(log, topics, around, (run) => count.raw(run), signal);
  const { counted } = count;
  const { entries, arrivals, devices, stations, inRaw, notCompared, nameless, faults } = counted;
  return {
    ...{ from, to, whole: isWhole(counted), entries, arrivals, devices, stations: stations.length },
    ...{ inRaw, notCompared, nameless, faults: faults.slice(0, NAMED) },
    moreFaults: Math.max(0, faults.length - NAMED),
  };
}
