import type { PartReport } from "../supervise/supervisor.ts";

/** Starts that are quicker need no word. */
const WORTH_A_WORD_MS = 3_000;
const WORDS = 60;

/**
 * What a start is busy with, for a person: the parts that take their time and what each does, and how many are left.
 *
 * @param lastWords - the last line of a part's log; "" when there is none.
 * @returns undefined when nothing takes long.
 */
export function startingLine(
  reports: readonly PartReport[],
  lastWords: (part: string) => string,
): string | undefined {
  const slow = reports.filter((part) => part.state === "starting" && (part.upMs ?? 0) >= WORTH_A_WORD_MS);
  if (slow.length === 0) return undefined;
  const waiting = reports.filter((part) => part.state === "waiting").length;
  const parts = slow.map((part) => `${part.name} ${seconds(part.upMs ?? 0)}${doing(part, lastWords)}`);
  return `starting: ${parts.join("; ")}${waiting > 0 ? ` · ${waiting} wait for them` : ""}`;
}

function doing(part: PartReport, lastWords: (part: string) => string): string {
  if (part.doing === null) return "";
  const words = part.doing === "writes its log" ? lastWords(part.name) : "";
  return `, ${words === "" ? part.doing : `says "${words.slice(0, WORDS)}"`}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
