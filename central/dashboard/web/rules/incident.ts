import type { Incident, IncidentView, WaitingSeries } from "../../../../schemas/page/incidents.ts";
import { whatIn } from "../../../../schemas/page/incidents.ts";
import type { Sample } from "./trial.ts";
import { minutes, plural, span } from "./words.ts";

/** "27 s of real time, 27 service minutes"; the service's are left out while its speed is not known. */
export function lastedWords(
  { since, endedAt }: Pick<IncidentView, "since" | "endedAt">,
  now: number,
  speed: number | null,
): string {
  const ms = Math.max(0, (endedAt ?? now) - since);
  const service = speed === null || speed === 1 ? "" : `, ${plural(minutes(ms, speed), "service minute")}`;
  return `${span(ms)} of real time${service}`;
}

/** What its curve is drawn of: what is not known is left out. */
export function samplesOf({ from, stepMs, most }: WaitingSeries): readonly Sample[] {
  return most.flatMap((inTransit, i) => (inTransit === null ? [] : [{ at: from + i * stepMs, inTransit }]));
}

/** Commands that show the same, each with what it shows. */
export function commandsOf({
  kind,
  covers,
  stations,
  since,
  endedAt,
}: Incident): readonly (readonly [string, string])[] {
  const [station, ...others] = stations;
  const here = station !== undefined && others.length === 0 ? ` --station ${station}` : "";
  const to = endedAt === null ? "now" : iso(endedAt + MARGIN_MS);
  const [first = ""] = covers;
  const more: Partial<Record<Incident["kind"], readonly (readonly [string, string])[]>> = {
    device: [
      ["npm run firmware-sim -- devices", "what each device holds"],
      [`npm run edge -- outbox ${station}`, "what waits on its agent's disk"],
    ],
    process: [["npm run status", "every process, with its restarts"]],
    hop: [["npm run status", "what waits at each hop"]],
    auditor: [["npm run audit", "the auditor's last verdict"]],
    finding: [[`npm run audit -- show ${whatIn(first)}`, "the records that show it"]],
  };
  return [
    [`npm run replay -- --from ${iso(since - MARGIN_MS)} --to ${to}${here}`, "what happened, counted again"],
    ...(more[kind] ?? []),
  ];
}

/** A little before and after, so that what is normal can be seen beside it, ms. */
const MARGIN_MS = 10_000;

/** Whole seconds, as the commands take them. */
function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, "");
}
