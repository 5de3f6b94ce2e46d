import { type Finding, isOpen, type Verdict, type VerdictState } from "../../../schemas/audit.ts";
import { ageWords, counted, findingWords } from "../words.ts";

const STATES: Readonly<Record<VerdictState, string>> = {
  holds: "The proof holds",
  "catching-up": "The proof is catching up",
  stalled: "The proof is stalled",
  broken: "The proof IS BROKEN",
};

/** The auditor speaks once a second; what it said longer ago may be out of date, ms. */
const OLD_MS = 5_000;

/** What the auditor said last, with its reasons. @param now - wall clock, epoch ms. */
export function verdictText(verdict: Verdict | null, now: number): string {
  if (!verdict) return "No auditor has said anything yet: npm run status shows whether one runs.";
  const { state, since, asOf, reasons, findings, turnstiles, arrivals, fleet } = verdict;
  const age = now - asOf;
  const old =
    age > OLD_MS ? "\n  The auditor is silent since then: npm run status shows whether it runs." : "";
  const head = `${STATES[state]}, for ${ageWords(now - since)} (as of ${ageWords(age)} ago).${old}`;
  // Findings follow by themselves.
  const rest = state === "broken" ? [] : reasons;
  const counts = [
    `${counted(turnstiles.clean, "entry", "entries")} and ${counted(arrivals.clean, "arrival", "arrivals")} are clean`,
    ...(fleet ? [`${counted(fleet.rows, "vehicle event is", "vehicle events are")} in PostgreSQL`] : []),
  ].join("; ");
  const known = `${counted(findings.open, "open finding", "open findings")}, ${counted(findings.accounted, "loss", "losses")} with a cause, ${findings.resolved} resolved`;
  return [head, ...rest.map((reason) => `  ${reason}`), `  ${counts}; ${known}.`].join("\n");
}

/** @param all - also losses with a cause, and what was resolved. */
export function listText(findings: readonly Finding[], all: boolean, now: number): string {
  const shown = all ? findings : findings.filter(isOpen);
  const hidden = findings.length - shown.length;
  const more =
    hidden > 0
      ? `${counted(hidden, "more finding is", "more findings are")} accounted for: npm run audit -- list --all\n`
      : "";
  if (shown.length === 0) return more;
  const one = shown[0]?.id ?? "";
  return [
    ...shown.map((finding) => entry(finding, now)),
    `${more}The records that show one: npm run audit -- show ${one}`,
    ...(shown.some(isOpen)
      ? [`Once it is understood:     npm run audit -- resolve ${one} --reason "…"`]
      : []),
  ].join("\n");
}

function entry(finding: Finding, now: number): string {
  return `${statusOf(finding)}  ${findingWords(finding)}\n  ${finding.id}, first seen ${ageWords(now - finding.firstSeen)} ago\n`;
}

function statusOf({ cause, resolved }: Finding): string {
  if (resolved) return `RESOLVED (${resolved.by}: ${resolved.reason})`;
  return cause === null ? "OPEN" : `LOST (${cause})`;
}

/** All of one finding but its records. */
export function factsText(finding: Finding): string {
  const { id, kind, hop, cause, deviceId, bootId, ranges, readings, stationId, resolved } = finding;
  const numbers = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
  const facts: readonly (readonly [string, string | number | null])[] = [
    ["id", id],
    ["kind", kind],
    ["hop", hop],
    ["cause", cause ?? "none known: it breaks the proof until it is resolved"],
    ["device", deviceId],
    ["boot", bootId],
    ["numbers", numbers === "" ? null : numbers],
    [kind === "miscounted" ? "difference" : "readings", readings],
    ["station", stationId],
    ["first seen", timeText(finding.firstSeen)],
    ["last seen", timeText(finding.lastSeen)],
    ["resolved", resolved ? `${timeText(resolved.at)} by ${resolved.by}: ${resolved.reason}` : null],
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(12)}${value}`]));
  return [findingWords(finding), ...lines].join("\n");
}

/** What no Date can hold came from outside. */
function timeText(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : "unknown";
}
