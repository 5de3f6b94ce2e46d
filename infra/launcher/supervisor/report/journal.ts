import { appendFileSync } from "node:fs";
import type { PartReport } from "../supervise/supervisor.ts";

/** The supervisor's own log: one JSON line per change of a part. */
export function journal(file: string, now: () => number): (report: PartReport) => void {
  return (report) =>
    appendFileSync(file, `${JSON.stringify({ time: new Date(now()).toISOString(), ...report })}\n`);
}
