import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { CodedError } from "../../schemas/errors.ts";
import type { Tally } from "./task.ts";

interface DedupMetrics {
  committed(partition: number, tally: Tally, scattered: number): void;
  deadLetter(error: CodedError): void;
  /** Sums since the start, for the probe. */
  readonly totals: Readonly<Tally>;
}

export function dedupMetrics(registry: Registry): DedupMetrics {
  const registers = [registry];
  const readings = new Counter({
    name: "dedup_readings_total",
    help: "Readings written to the clean topics, committed.",
    registers,
  });
  const duplicates = new Counter({
    name: "dedup_duplicates_total",
    help: "Readings that had been counted before and were dropped.",
    registers,
  });
  const deadLetters = new Counter({
    name: "dedup_dead_letters_total",
    help: "Raw records, or runs of them, that can never be counted.",
    labelNames: ["code"],
    registers,
  });
  const scattered = new Gauge({
    name: "dedup_scattered_boots",
    help: "Boots whose sequence numbers came in more than 64 pieces: an alarm.",
    labelNames: ["partition"],
    registers,
  });
  const size = new Histogram({
    name: "dedup_transaction_readings",
    help: "New readings per transaction.",
    buckets: [1, 5, 25, 100, 500, 2500, 10_000],
    registers,
  });
  const totals: Tally = { readings: 0, duplicates: 0, deadLetters: 0 };
  return {
    totals,
    committed(partition, tally, pieces) {
      totals.readings += tally.readings;
      totals.duplicates += tally.duplicates;
      totals.deadLetters += tally.deadLetters;
      readings.inc(tally.readings);
      duplicates.inc(tally.duplicates);
      scattered.set({ partition }, pieces);
      size.observe(tally.readings);
    },
    deadLetter: (error) => deadLetters.inc({ code: error.code }),
  };
}
