import { Gauge, type Registry } from "prom-client";
import type { WatchedCity } from "./city.ts";
import type { Channel } from "./live/channel.ts";

/** What a dashboard says of itself and of the proof. */
export function dashboardMetrics(
  metrics: Registry,
  { pages, model, proof }: Pick<WatchedCity, "model" | "proof"> & { readonly pages: Channel },
): void {
  const gauge = (name: string, help: string, value: () => number | null): void => {
    new Gauge({
      name: `dashboard_${name}`,
      help,
      registers: [metrics],
      collect() {
        const now = value();
        // No data is no sample, not a zero.
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  };
  gauge("pages", "Pages connected.", () => pages.pages);
  gauge("negative_delays", "Readings whose hop times go backwards.", () => model.delays.negative);
  gauge("dead_letters", "Records in the dead-letter topic.", () => model.deadLetters);
  gauge(
    "pages_behind",
    "Pages that have not drawn what they were sent.",
    () => proof.last?.pages.behind ?? null,
  );
  for (const name of ["devices", "waiting", "clean", "summed", "lost"] as const)
    gauge(`entries_${name}`, `Entries: ${name} (delivery rule 9).`, () => proof.last?.[name] ?? null);
}
