import type { HopView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { printableLines } from "../../../runtime/text/printable.ts";
import { textTable } from "../../../runtime/text/table.ts";
import { durationText, megabytesText } from "../../../runtime/text/units.ts";
import type { PartStatus, SourceStatus, SystemStatus } from "../status.ts";

/** Columns before this one are words, from here on figures. */
type Row = readonly string[];

const HOP_NAMES: Readonly<Record<HopView["name"], string>> = {
  serial: "device → agent",
  mqtt: "agent → gateway",
  kafka: "gateway → dedup",
  ksql: "dedup → ksql",
};

/**
 * A running system for a person: its processes, its hops, its proof.
 *
 * @param now - wall clock, epoch ms.
 */
export function statusText(status: SystemStatus, now: number): string {
  // Reasons and problems are words of other programs.
  return printableLines(
    [
      `The system in ${status.home}`,
      textTable(processRows(status, now)).join("\n"),
      textTable(hopRows(status.hops, now)).join("\n"),
      ...sourceText(status.source),
      proofText(status.proof, now),
    ].join("\n\n"),
  );
}

function processRows(status: SystemStatus, now: number): Row[] {
  const memory = status.parts.reduce((sum, part) => sum + (part.memoryBytes ?? 0), status.memoryBytes);
  return [
    ["part", "state", "process", "memory", "up", "restarts", "address"],
    ...status.parts.flatMap((part) => [partRow(part), ...part.instances.map(instanceRow)]),
    [
      "supervisor",
      "ready",
      String(status.pid),
      megabytesText(status.memoryBytes),
      durationText(now - status.startedAt),
      "",
      "",
    ],
    ["all", "", "", megabytesText(memory), "", "", ""],
  ];
}

function partRow(part: PartStatus): Row {
  const { name, state, pid, memoryBytes, upMs, restarts, url, reason } = part;
  return [
    name,
    // A task that is done has no process and never will again.
    state === "ready" && pid === null ? "done" : state,
    pid === null ? "" : String(pid),
    memoryBytes === null ? "" : megabytesText(memoryBytes),
    upMs === null ? "" : durationText(upMs),
    restarts === 0 ? "" : String(restarts),
    state === "ready" ? (url ?? "") : (reason ?? url ?? ""),
  ];
}

/** Its memory is within its part's. */
function instanceRow(each: PartStatus["instances"][number]): Row {
  return [
    `  instance ${each.instance}`,
    each.state,
    each.pid === null ? "" : String(each.pid),
    each.memoryBytes === null ? "" : megabytesText(each.memoryBytes),
    "",
    each.restarts === 0 ? "" : String(each.restarts),
    each.probe ? `${each.probe}/metrics` : "",
  ];
}

function hopRows(hops: readonly HopView[] | null, now: number): Row[] {
  if (!hops) return [["The page does not answer: no rates, no backlogs."]];
  return [
    ["hop", "entries/s", "delay p50", "p95", "entries waiting"],
    ...hops.map(({ name, rate, p50, p95, waiting, stillSince }) => [
      HOP_NAMES[name],
      figure(rate, 1),
      p50 === null ? "–" : `${figure(p50)} ms`,
      p95 === null ? "–" : `${figure(p95)} ms`,
      stillSince === null
        ? figure(waiting)
        : `${figure(waiting)}, as of ${durationText(now - stillSince)} ago`,
    ]),
  ];
}

/** The stations' way from PostgreSQL: its replication slots, and what is wrong. */
function sourceText(source: SourceStatus | null): readonly string[] {
  if (!source) return [];
  const slots = source.slots.map(
    ({ name, active, retainedBytes }) =>
      `replication slot ${name} ${active ? "is read" : "is not read"} and keeps ${megabytesText(retainedBytes ?? 0)} of log`,
  );
  const differing = source.differing
    ? [`${figure(source.differing)} stops are not yet as PostgreSQL has them`]
    : [];
  return [
    [`Stations: ${[...slots, ...differing].join(", ")}.`, ...source.problems.map((each) => `  ${each}`)].join(
      "\n",
    ),
  ];
}

const PROOF_WORDS: Readonly<Record<ProofView["state"], string>> = {
  holds: "holds",
  "catching-up": "is catching up",
  stalled: "is stalled",
  broken: "IS BROKEN",
};

function proofText(proof: ProofView | null, now: number): string {
  if (!proof) return "The proof is not known yet.";
  const { state, reasons, devices, asOf, open, findings } = proof;
  const known = asOf !== null && devices !== null;
  const totals = known ? `, as of ${durationText(now - asOf)} ago: ${totalsText(proof)}` : "";
  const { fleet } = proof;
  const more = findings.open > open.length ? [`and ${findings.open - open.length} more: npm run audit`] : [];
  return [
    `The proof ${PROOF_WORDS[state]}${totals}.`,
    ...reasons,
    ...(fleet
      ? [
          `Vehicles' events: ${figure(fleet.inKafka)} in Kafka, ${figure(fleet.rows)} rows, ${figure(fleet.repeated)} again, ${figure(fleet.deadLetters)} dead letters, ${figure(fleet.waiting)} on the way.`,
          ...fleet.reasons,
        ]
      : []),
    ...open.map(({ id }) => `npm run audit -- show ${id}`),
    ...more,
  ].join("\n  ");
}

/** Both sides are equal. */
function totalsText(proof: ProofView): string {
  const { devices, waiting, clean, unaudited, lost, unexplained, inSummary, summed, miscounted } = proof;
  const parts = [
    `${figure(clean)} clean`,
    `${figure(waiting)} on the way`,
    ...(lost > 0 ? [`${figure(lost)} lost with a cause`] : []),
    ...(unaudited > 0 ? [`${figure(unaudited)} from before the audit`] : []),
    ...(unexplained < 0 ? [`${figure(-unexplained)} LOST`] : []),
  ];
  const extra = unexplained > 0 ? ` − ${figure(unexplained)} TOO MANY` : "";
  const wrong =
    miscounted === 0 ? "" : `, ${figure(Math.abs(miscounted))} TOO ${miscounted > 0 ? "MANY" : "FEW"}`;
  return `${figure(devices)} counted by devices = ${parts.join(" + ")}${extra}; ${figure(summed)} summed, ${figure(inSummary)} not yet${wrong}`;
}

function figure(value: number | null, digits = 0): string {
  return value === null ? "–" : value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
