import { DIRECTIONS, isLine, type Line } from "../../../../schemas/network/network.ts";
import { RUN_MS, stationsAlong } from "../../../../schemas/network/service.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { TRAIN_STATUSES } from "../../../../schemas/readings.ts";
import type { ArrivalRecord } from "../../../../schemas/records.ts";

/** How the trains of a line are judged, all wall ms. */
export interface LinePace {
  /** Usual time from one stop to the next. */
  readonly stepMs: number;
  /** A train not heard of for longer is stale. */
  readonly staleMs: number;
  /** A train not heard of for longer is no longer shown. */
  readonly goneMs: number;
}

interface Sighting {
  readonly record: ArrivalRecord;
  readonly at: number;
  /** When its trip began, wall ms. */
  readonly startedAt: number;
  /** The last reports, newest first. */
  readonly reports: readonly Report[];
}

/** That a sensor saw a train. */
export interface Report {
  readonly record: ArrivalRecord;
  /** Wall ms. */
  readonly at: number;
}

/** Reports kept of each train. */
const REPORTS = 8;

/** Gaps kept per line; the median of so many does not follow one long stop. */
const GAPS = 60;
const MIN_STALE_MS = 15_000;
const BROKEN_DOWN_PATIENCE = 4;

/**
 * Where each train was seen last. Nothing is guessed: a train leaves its platform when it is seen elsewhere, so two
 * may stand on one platform, and a sighting that arrives late (a sensor's backlog) does not move a train back.
 */
export class Trains {
  readonly #last = new Map<string, Sighting>();
  readonly #gaps = new Map<Line, number[]>();

  /**
   * @param at - when the sensor saw it: its wall clock, or the record's timestamp.
   * @param speed - of the service clock; null: not known.
   */
  see(record: ArrivalRecord, at: number, speed: number | null = null): void {
    if (!known(record)) return;
    const before = this.#last.get(record.train_id);
    if (before && at < before.at) return;
    if (before && before.record.line === record.line && before.record.station_id !== record.station_id) {
      this.#addGap(record.line, at - before.at);
    }
    const startedAt = tripStart(record, at, before, this.pace(record.line, speed).stepMs);
    const reports = [{ record, at }, ...(before?.reports ?? [])].slice(0, REPORTS);
    this.#last.set(record.train_id, { record, at, startedAt, reports });
  }

  /** @param speed - of the service clock, for the first minute of a line. */
  pace(line: Line, speed: number | null): LinePace {
    const gaps = this.#gaps.get(line) ?? [];
    const median = [...gaps].sort((x, y) => x - y)[gaps.length >> 1];
    // Until three gaps were seen.
    const assumed = RUN_MS / (speed ?? 60);
    const stepMs = Math.round(median !== undefined && gaps.length >= 3 ? median : assumed);
    const staleMs = Math.max(MIN_STALE_MS, 3 * stepMs);
    return { stepMs, staleMs, goneMs: 5 * staleMs };
  }

  /** What its sensors told of a train, newest first; empty: it is not known. */
  reports(trainId: string): readonly Report[] {
    return this.#last.get(trainId)?.reports ?? [];
  }

  /** The trains to show, and forget those that are gone. */
  view(now: number, speed: number | null): Record<string, TrainView> {
    const paces = new Map<Line, LinePace>();
    const views: Record<string, TrainView> = {};
    for (const [id, { record, at, startedAt }] of this.#last) {
      const pace = paces.get(record.line) ?? this.pace(record.line, speed);
      paces.set(record.line, pace);
      const patience = record.train_status === "broken_down" ? BROKEN_DOWN_PATIENCE : 1;
      if (now - at > pace.goneMs * patience) {
        this.#last.delete(id);
        continue;
      }
      views[id] = {
        id,
        line: record.line,
        direction: record.direction,
        stationId: record.station_id,
        status: record.train_status,
        at,
        startedAt,
        stepMs: pace.stepMs,
        stale: now - at > pace.staleMs * patience,
      };
    }
    return views;
  }

  #addGap(line: Line, gap: number): void {
    const gaps = this.#gaps.get(line) ?? [];
    gaps.push(gap);
    if (gaps.length > GAPS) gaps.shift();
    this.#gaps.set(line, gaps);
  }
}

/**
 * When the trip began on which a train is: at its last sighting at the end where it turned. Of one that was seen on its
 * way first, that is reckoned from the way behind it. It stays the same for the whole trip.
 *
 * @param stepMs - from one stop to the next, wall ms.
 */
function tripStart(record: ArrivalRecord, at: number, before: Sighting | undefined, stepMs: number): number {
  const stations = stationsAlong(record.line, record.direction);
  const place = (stationId: number): number => stations.findIndex(({ id }) => id === stationId);
  const here = Math.max(0, place(record.station_id));
  if (before?.record.line === record.line) {
    const there = place(before.record.station_id);
    if (before.record.direction === record.direction && there <= here) return before.startedAt;
    if (before.record.direction !== record.direction && there === 0) return before.at;
  }
  return at - here * stepMs;
}

/** Avro has strings where we have sets of words. */
function known(record: ArrivalRecord): boolean {
  return (
    isLine(record.line) &&
    DIRECTIONS.includes(record.direction) &&
    TRAIN_STATUSES.includes(record.train_status)
  );
}
