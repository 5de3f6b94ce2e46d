import { Counter, Gauge, type Registry } from "prom-client";
import type { Tally } from "./task.ts";

export interface StationsMetrics {
  committed(tally: Tally, stops: number): void;
  /** Sums since the start, and the stops known now, for the probe. */
  readonly totals: Readonly<Tally & { stops: number }>;
}

export function stationsMetrics(registry: Registry): StationsMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const rows = counter("stations_rows_total", "Rows read from Connect's topic, committed.");
  const skipped = counter("stations_rows_skipped_total", "Rows of stops on none of the three lines.");
  const written = counter("stations_written_total", "Rows of the table of stations written or deleted.");
  const deadLetters = counter("stations_dead_letters_total", "Records of Connect's topic that are no row.");
  const known = new Gauge({ name: "stations_stops", help: "Stops on the three lines.", registers });
  const totals = { rows: 0, skipped: 0, written: 0, deadLetters: 0, stops: 0 };
  return {
    totals,
    committed(tally, stops) {
      totals.rows += tally.rows;
      totals.skipped += tally.skipped;
      totals.written += tally.written;
      totals.deadLetters += tally.deadLetters;
      totals.stops = stops;
      rows.inc(tally.rows);
      skipped.inc(tally.skipped);
      written.inc(tally.written);
      deadLetters.inc(tally.deadLetters);
      known.set(stops);
    },
  };
}
