import { Gauge } from "prom-client";
import { createMetrics } from "../../../runtime/service/metrics.ts";
import type { PartReport } from "../supervise/supervisor.ts";

/** The supervisor's metrics in Prometheus's text form: itself, and which parts are ready. */
export async function supervisorMetrics(reports: () => readonly PartReport[]): Promise<{
  readonly type: string;
  readonly text: () => Promise<string>;
}> {
  const registry = createMetrics("supervisor");
  const gauge = (name: string, help: string, value: (part: PartReport) => number): Gauge<"part"> =>
    new Gauge({
      name,
      help,
      labelNames: ["part"],
      registers: [registry],
      collect() {
        for (const part of reports()) this.set({ part: part.name }, value(part));
      },
    });
  gauge("supervisor_part_ready", "1: this part is ready, or a task that is done.", ({ state }) =>
    state === "ready" ? 1 : 0,
  );
  gauge("supervisor_part_restarts", "How often this part was started again.", ({ restarts }) => restarts);
  return { type: registry.contentType, text: () => registry.metrics() };
}
