import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { CodedError } from "../../schemas/errors.ts";
import type { DedupCommit, TransactionCounts } from "./task.ts";

/** Seconds: from a system with nothing to do to one that catches up after an outage. */
const DELAYS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

interface DedupMetrics {
  /** @param now - epoch ms. */
  committed(partition: number, committed: DedupCommit, now: number): void;
  deadLetter(error: CodedError): void;
  /** Sums since the start, for the probe. */
  readonly totals: Readonly<TransactionCounts>;
}

export function dedupMetrics(registry: Registry): DedupMetrics {
  const { readings, duplicates, deadLetters, scattered, kept, pages, size } = instruments([registry]);
  const { gatewayDelay, deviceDelay, negative } = delays([registry]);
  const observe = (histogram: Histogram, times: readonly number[], now: number): void => {
    for (const time of times) {
      if (time > now) negative.inc();
      else histogram.observe((now - time) / 1000);
    }
  };
  const totals: TransactionCounts = { readings: 0, duplicates: 0, deadLetters: 0 };
  return {
    totals,
    committed(partition, { counts, scattered: pieces, kept: boots, gatewayTimes, deviceTimes }, now) {
      totals.readings += counts.readings;
      totals.duplicates += counts.duplicates;
      totals.deadLetters += counts.deadLetters;
      readings.inc(counts.readings);
      duplicates.inc(counts.duplicates);
      scattered.set({ partition }, pieces);
      kept.set({ partition, place: "recent" }, boots.recent);
      kept.set({ partition, place: "older" }, boots.older);
      pages.set({ partition }, boots.pages);
      size.observe(counts.readings);
      observe(gatewayDelay, gatewayTimes, now);
      observe(deviceDelay, deviceTimes, now);
    },
    deadLetter: (error) => deadLetters.inc({ code: error.code }),
  };
}

/** What dedup counts, and of what there is how much. */
function instruments(registers: Registry[]) {
  return {
    readings: new Counter({
      name: "dedup_readings_total",
      help: "Readings written to the clean topics, committed.",
      registers,
    }),
    duplicates: new Counter({
      name: "dedup_duplicates_total",
      help: "Readings that had been counted before and were dropped.",
      registers,
    }),
    deadLetters: new Counter({
      name: "dedup_dead_letters_total",
      help: "Raw records, or runs of them, that can never be counted.",
      labelNames: ["code"],
      registers,
    }),
    scattered: new Gauge({
      name: "dedup_scattered_boots",
      help: "Boots whose sequence numbers came in more than 64 pieces: an alarm.",
      labelNames: ["partition"],
      registers,
    }),
    kept: new Gauge({
      name: "dedup_boots",
      help: "Boots by where they are kept: recent, each commit; older, in pages or as sums.",
      labelNames: ["partition", "place"],
      registers,
    }),
    pages: new Gauge({
      name: "dedup_boot_pages",
      help: "Pages of older boots that are exact to the reading.",
      labelNames: ["partition"],
      registers,
    }),
    size: new Histogram({
      name: "dedup_transaction_readings",
      help: "New readings per transaction.",
      buckets: [1, 5, 25, 100, 500, 2500, 10_000],
      registers,
    }),
  };
}

/** From where a reading came to the clean topics, by the clocks of both. */
function delays(registers: Registry[]) {
  return {
    gatewayDelay: new Histogram({
      name: "dedup_gateway_delay_seconds",
      help: "From the gateway to the clean topics, committed; once per raw record that brought something new.",
      buckets: DELAYS,
      registers,
    }),
    deviceDelay: new Histogram({
      name: "dedup_device_delay_seconds",
      help: "From the device to the clean topics, of the oldest new reading of each raw record, by their own clocks.",
      buckets: DELAYS,
      registers,
    }),
    negative: new Counter({
      name: "dedup_delay_negative_total",
      help: "Such delays below zero: the clocks disagree.",
      registers,
    }),
  };
}
