import type { Fault } from "./faults/faults.ts";
import { textOf } from "./faults/plan.ts";
import type { RunResult } from "./run.ts";

/** Of what is wrong, so many are told. */
const MOST = 5;

/** What is wrong in a run, a line each. */
export function troubleOf({ wrong, audit, said, drainedMs }: RunResult): readonly string[] {
  const told = wrong.slice(0, MOST).map(({ kind, device, bootId, seq, detail }) => {
    const name = kind === "miscounted" ? `station ${device}` : `${device};${bootId};${seq}`;
    return `${kind}: ${name}: ${detail}`;
  });
  const more = wrong.length > MOST ? [`and ${wrong.length - MOST} more`] : [];
  const stuck = drainedMs === undefined ? ["not everything came through in time"] : [];
  return [
    ...told,
    ...more,
    ...audit.map((line) => `the auditor: ${line}`),
    ...said.map((line) => `said: ${line}`),
    ...stuck,
  ];
}

/** A failing run for a person: what, by which faults, and how to see it again. */
export function reportOf(
  result: RunResult,
  faults: readonly Fault[],
  way: readonly string[],
  command: string,
): string {
  return [
    `seed ${result.seed} fails:`,
    ...troubleOf(result).map((line) => `  ${line}`),
    `by ${faults.length} of its ${result.faults.length} faults:`,
    ...faults.map((fault) => `  ${textOf(fault)}`),
    ...(way.length > 0 ? ["the way of the first of these readings:", ...way] : []),
    `again: ${command}`,
  ].join("\n");
}
