import { Counter, Gauge, type Registry } from "prom-client";
import { type SlotState, slotProblem } from "../../infra/runtime/postgres/slots.ts";
import type { TableLook } from "./reconcile/reconciler.ts";
import type { RowCounts } from "./task.ts";

export interface StationsMetrics {
  committed(counts: RowCounts, stops: number): void;
  /** A look at the source. */
  looked(look: TableLook): void;
  /** Sums since the start, and the stops known now, for the probe. */
  readonly totals: Readonly<RowCounts & { stops: number }>;
  /** Of the source, as of the last look, for the probe. */
  readonly source: SourceReport | undefined;
}

/** What is known of PostgreSQL's side. */
export interface SourceReport {
  readonly differing: number | null;
  readonly slots: readonly SlotState[];
  /** Each for a person: what keeps changes from arriving. */
  readonly problems: readonly string[];
}

export function stationsMetrics(registry: Registry): StationsMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const rows = counter("stations_rows_total", "Rows read from Connect's topic, committed.");
  const skipped = counter("stations_rows_skipped_total", "Rows of stops on none of the three lines.");
  const written = counter("stations_written_total", "Rows of the table of stations written or deleted.");
  const deadLetters = counter("stations_dead_letters_total", "Records of Connect's topic that are no row.");
  const known = new Gauge({ name: "stations_stops", help: "Stops on the three lines.", registers });
  const corrected = counter(
    "stations_corrected_total",
    "Stops corrected: Connect's topic did not say what the table says.",
  );
  const differing = new Gauge({
    name: "stations_differing",
    help: "Stops of which PostgreSQL's table and Connect's topic say different things.",
    registers,
  });
  const slotGauge = (name: string, help: string): Gauge<"slot"> =>
    new Gauge({ name: `stations_slot_${name}`, help, labelNames: ["slot"], registers });
  const retained = slotGauge("retained_bytes", "PostgreSQL's log that is kept for a replication slot.");
  const lag = slotGauge("lag_bytes", "PostgreSQL's log that a replication slot's reader has not confirmed.");
  const lost = slotGauge("lost", "1: PostgreSQL removed log that the slot's reader needed.");
  const active = slotGauge("active", "1: a reader is connected to the slot.");
  let source: SourceReport | undefined;
  const totals = { rows: 0, skipped: 0, written: 0, deadLetters: 0, stops: 0 };
  return {
    totals,
    get source() {
      return source;
    },
    looked(look) {
      corrected.inc(look.corrected);
      if (look.differing !== null) differing.set(look.differing);
      for (const gauge of [retained, lag, lost, active]) gauge.reset();
      for (const slot of look.slots) {
        const labels = { slot: slot.name };
        retained.set(labels, slot.retainedBytes ?? 0);
        lag.set(labels, slot.lagBytes ?? 0);
        lost.set(labels, slot.lost ? 1 : 0);
        active.set(labels, slot.active ? 1 : 0);
      }
      const problems = [
        ...(look.trouble ? [look.trouble] : []),
        ...look.slots.flatMap((slot) => slotProblem(slot) ?? []),
      ];
      source = { differing: look.differing, slots: look.slots, problems };
    },
    committed(counts, stops) {
      totals.rows += counts.rows;
      totals.skipped += counts.skipped;
      totals.written += counts.written;
      totals.deadLetters += counts.deadLetters;
      totals.stops = stops;
      rows.inc(counts.rows);
      skipped.inc(counts.skipped);
      written.inc(counts.written);
      deadLetters.inc(counts.deadLetters);
      known.set(stops);
    },
  };
}
