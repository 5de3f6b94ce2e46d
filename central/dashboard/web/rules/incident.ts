import type { Incident, IncidentView, WaitingSeries } from "../../../../schemas/page/incidents.ts";
import { whatIn } from "../../../../schemas/page/incidents.ts";
import type { Texts } from "../texts/texts.ts";
import type { Sample } from "./trial.ts";
import { minutes } from "./words.ts";

/** "27 s of real time, 27 service minutes"; the service's are left out while its speed is not known. */
export function lastedWords(
  { since, endedAt }: Pick<IncidentView, "since" | "endedAt">,
  now: number,
  speed: number | null,
  { incident }: Texts,
): string {
  const ms = Math.max(0, (endedAt ?? now) - since);
  const service = speed === null || speed === 1 ? "" : incident.serviceMinutes(minutes(ms, speed));
  return `${incident.realTime(ms)}${service}`;
}

/** What its curve is drawn of: what is not known is left out. */
export function samplesOf({ from, stepMs, most }: WaitingSeries): readonly Sample[] {
  return most.flatMap((inTransit, i) => (inTransit === null ? [] : [{ at: from + i * stepMs, inTransit }]));
}

/** Commands that show the same, each with what it shows. */
export function commandsOf(
  { kind, covers, stations, since, endedAt }: Incident,
  { incident: { shows } }: Texts,
): readonly (readonly [string, string])[] {
  const [station, ...others] = stations;
  const here = station !== undefined && others.length === 0 ? ` --station ${station}` : "";
  const to = endedAt === null ? "now" : iso(endedAt + MARGIN_MS);
  const [first = ""] = covers;
  const more: Partial<Record<Incident["kind"], readonly (readonly [string, string])[]>> = {
    device: [
      ["npm run firmware-sim -- devices", shows.devices],
      [`npm run edge -- outbox ${station}`, shows.outbox],
    ],
    process: [["npm run status", shows.processes]],
    hop: [["npm run status", shows.hops]],
    auditor: [["npm run audit", shows.audit]],
    finding: [[`npm run audit -- show ${whatIn(first)}`, shows.finding]],
  };
  return [
    [`npm run replay -- --from ${iso(since - MARGIN_MS)} --to ${to}${here}`, shows.replay],
    ...(more[kind] ?? []),
  ];
}

/** A little before and after, so that what is normal can be seen beside it, ms. */
const MARGIN_MS = 10_000;

/** Whole seconds, as the commands take them. */
function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, "");
}
