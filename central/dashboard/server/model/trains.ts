import { DIRECTIONS, isLine, type Line } from "../../../../schemas/network/network.ts";
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
}

/** Gaps kept per line; the median of so many does not follow one long stop. */
const GAPS = 60;
/** One simulated step (facts/README): what is assumed until three gaps were seen. */
const SERVICE_STEP_MS = 300_000;
const MIN_STALE_MS = 15_000;
const BROKEN_DOWN_PATIENCE = 4;

/**
 * Where each train was seen last. Nothing is guessed: a train leaves its platform when it is seen elsewhere, so two
 * may stand on one platform, and a sighting that arrives late (a sensor's backlog) does not move a train back.
 */
export class Trains {
  readonly #last = new Map<string, Sighting>();
  readonly #gaps = new Map<Line, number[]>();

  /** @param at - when the sensor saw it: its wall clock, or the record's timestamp. */
  see(record: ArrivalRecord, at: number): void {
    if (!known(record)) return;
    const before = this.#last.get(record.train_id);
    if (before && at < before.at) return;
    if (before && before.record.line === record.line && before.record.station_id !== record.station_id) {
      this.#addGap(record.line, at - before.at);
    }
    this.#last.set(record.train_id, { record, at });
  }

  /** @param speed - of the service clock, for the first minute of a line. */
  pace(line: Line, speed: number | null): LinePace {
    const gaps = this.#gaps.get(line) ?? [];
    const median = [...gaps].sort((x, y) => x - y)[gaps.length >> 1];
    const assumed = SERVICE_STEP_MS / (speed ?? 60);
    const stepMs = Math.round(median !== undefined && gaps.length >= 3 ? median : assumed);
    const staleMs = Math.max(MIN_STALE_MS, 3 * stepMs);
    return { stepMs, staleMs, goneMs: 5 * staleMs };
  }

  /** The trains to show, and forget those that are gone. */
  view(now: number, speed: number | null): Record<string, TrainView> {
    const paces = new Map<Line, LinePace>();
    const views: Record<string, TrainView> = {};
    for (const [id, { record, at }] of this.#last) {
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

/** Avro has strings where we have sets of words. */
function known(record: ArrivalRecord): boolean {
  return (
    isLine(record.line) &&
    DIRECTIONS.includes(record.direction) &&
    TRAIN_STATUSES.includes(record.train_status)
  );
}
