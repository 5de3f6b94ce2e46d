import type { Logger } from "../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../schemas/errors.ts";
import { Auditor } from "./core/auditor.ts";
import type { AuditedTopics } from "./core/reading-positions.ts";
import { isMoved, readToTheEnd } from "./core/regrouping.ts";
import type { Covered } from "./core/station.ts";
import type { Restored, StationMemory } from "./store.ts";

/** An auditor as the one before left it; a new one where nothing is left, or nothing that makes sense. */
export function restore(options: AuditedTopics, restored: Restored, logger: Logger): Auditor {
  const { findings, resolutions } = restored;
  const known = (auditor: Auditor): Auditor => {
    for (const finding of findings.values()) auditor.restoreFinding(finding);
    for (const [id, resolution] of resolutions) auditor.resolve(id, resolution);
    return auditor;
  };
  const { checkpoint, stations } = remembered(options, restored, logger);
  try {
    const auditor = known(new Auditor(options, checkpoint?.auditor));
    for (const [id, memory] of stations) restoreStation(auditor, options, id, memory);
    return auditor;
  } catch (error) {
    if (isCoded(error)) throw error;
    logger.error({ err: messageOf(error) }, "the auditor's memory makes no sense: it reads everything again");
    return known(new Auditor(options));
  }
}

/**
 * What of the memory still holds. One from before the last change of the number of partitions does if it had read all that
 * was there by then.
 */
function remembered(
  { topics, partitions, regrouping }: AuditedTopics,
  { checkpoint, stations }: Restored,
  logger: Logger,
): Pick<Restored, "checkpoint" | "stations"> {
  if (!checkpoint || !regrouping || checkpoint.auditor.partitions.length === partitions) {
    return { checkpoint, stations: checkpoint ? stations : new Map() };
  }
  const counted = [topics.raw, topics.deadLetter, topics.arrivals, topics.turnstiles];
  if (readToTheEnd(regrouping, checkpoint.auditor.positions, counted)) return { checkpoint, stations };
  logger.warn(
    { from: regrouping.from, to: regrouping.to },
    "the auditor had not read everything when the number of partitions changed: it begins where that was",
  );
  return { checkpoint: null, stations: new Map() };
}

function restoreStation(auditor: Auditor, options: AuditedTopics, id: number, memory: StationMemory): void {
  const { station, positions, topicIds = {}, partitions } = memory;
  const covered = Object.entries(positions).map(([topic, next]): readonly [string, Covered] => [
    topic,
    { next, topicId: topicIds[topic] },
  ]);
  const { regrouping, topics } = options;
  if (!regrouping || partitions === options.partitions || !isMoved(regrouping, id)) {
    auditor.restoreStation(id, station, Object.fromEntries(covered));
    return;
  }
  // These are offsets of the partition that it had.
  const merged = [topics.raw, topics.arrivals, topics.turnstiles];
  const still = covered.filter(([topic]) => !merged.includes(topic));
  auditor.restoreMoved(id, station, Object.fromEntries(still));
}
