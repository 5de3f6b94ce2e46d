import type { AuditHop } from "../../../../../schemas/audit.ts";
import { type Incident, type IncidentKind, whatIn } from "../../../../../schemas/page/incidents.ts";
import type { DeviceView } from "../../../../../schemas/page/page.ts";
import { ageWords, counted } from "../../../../audit/words.ts";
import { lostIn, type Situation } from "./situation.ts";

/** Whether what waited has come through is not waited for longer than this, ms. */
const DRAIN_MS = 10 * 60_000;
/** A verdict that is older says nothing of now, ms. */
const VERDICT_MS = 5_000;
/** Silences drain into their agents; all others into what the auditor sees behind these. */
const ELSEWHERE: readonly AuditHop[] = ["device", "table"];

/** How many readings wait because of it; null: not known. */
export function waitingOf({ kind, covers, stations }: Incident, { state }: Situation): number | null {
  const { devices, hops, proof } = state;
  if (kind === "device") return sum(covers.map((key) => waitingIn(devices[whatIn(key)])));
  if (kind === "agent" || kind === "second-agent") {
    const own = Object.values(devices).filter(({ stationId }) => stations.includes(stationId));
    return sum(own.map(waitingIn));
  }
  if (kind === "hop") return hops.find(({ name }) => covers.includes(`hop ${name}`))?.waiting ?? null;
  if (kind === "finding" || proof === null || proof.stale || proof.waiting === null) return null;
  return proof.waiting + Math.max(0, proof.inSummary ?? 0);
}

/** Of one that is heard, what is on the line anyhow does not wait. */
function waitingIn(device: DeviceView | undefined): number | null {
  return device?.state === "online" ? (device.waiting ?? 0) : (device?.waiting ?? null);
}

/** null where none of them is known. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** When its cause was over, at the latest now; the records of devices say it exactly. */
export function backAtOf({ kind, covers, since }: Incident, { state, now }: Situation): number {
  if (kind !== "device") return now;
  const times = covers.map((key) => state.devices[whatIn(key)]?.since ?? now);
  return Math.min(now, Math.max(since, ...times));
}

/** Is it over for good, its cause being over since `backAt`? */
export function isDrained(
  { kind, covers, stations }: Incident,
  backAt: number,
  situation: Situation,
): boolean {
  const { now, state, verdict } = situation;
  if (now - backAt > DRAIN_MS || kind === "finding" || kind === "auditor" || kind === "second-agent")
    return true;
  if (kind === "device") return covers.every((key) => (state.devices[whatIn(key)]?.waiting ?? null) === null);
  if (kind === "agent") {
    return Object.values(state.devices).every((device) => {
      return !stations.includes(device.stationId) || device.state === "offline" || device.waiting === null;
    });
  }
  // Where nobody audits, nobody can tell.
  if (verdict === null) return true;
  if (now - verdict.asOf > VERDICT_MS || verdict.asOf < backAt) return false;
  if (kind === "trial" && state.proof?.state !== "holds") return false;
  return verdict.inFlight.every(
    ({ hop, since }) => ELSEWHERE.includes(hop) || since === null || since >= backAt,
  );
}

/** How it ended, in a sentence or two. */
export function endingOf(incident: Incident, backAt: number, situation: Situation): string {
  const { kind, since, worst } = incident;
  const took = ageWords(backAt - since);
  if (kind === "finding") return resolutionOf(incident, situation);
  if (kind === "auditor") return `The auditor spoke again after ${took}.`;
  if (kind === "second-agent") return `One of them no longer asks, after ${took}.`;
  if (situation.now - backAt > DRAIN_MS)
    return `${CAUSE_OVER[kind]} after ${took}. Whether all that waited came through was not seen within 10 min.`;
  const drained = ageWords(situation.now - backAt);
  const came =
    worst === null
      ? "Nothing is known to have waited."
      : `What waited came through within ${drained}: ${counted(worst.waiting, "reading", "readings")} at most.`;
  return `${CAUSE_OVER[kind]} after ${took}. ${came} ${lostWords(incident.lostBefore, lostIn(situation))}`.trim();
}

const CAUSE_OVER: Readonly<Record<Exclude<IncidentKind, "finding" | "auditor" | "second-agent">, string>> = {
  device: "Heard again",
  agent: "Connected again",
  hop: "Readings moved again",
  process: "Running again",
  trial: "The fault was over",
};

/** Readings lost since it began; null: not known. */
export function lostSince(before: number | null, situation: Situation): number | null {
  const now = lostIn(situation);
  return before === null || now === null ? null : Math.max(0, now - before);
}

function lostWords(before: number | null, now: number | null): string {
  if (before === null || now === null) return "";
  return now > before
    ? `${counted(now - before, "reading was", "readings were")} lost.`
    : "Nothing was lost.";
}

function resolutionOf({ covers }: Incident, { findings }: Situation): string {
  const [first] = covers;
  const resolved = findings.find(({ id }) => first !== undefined && id === whatIn(first))?.resolved;
  if (!resolved) return "The auditor no longer holds it.";
  const more = covers.length > 1 ? ` So were the ${covers.length - 1} others.` : "";
  return `Resolved by ${resolved.by}: ${resolved.reason}.${more}`;
}
