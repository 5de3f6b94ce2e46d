// @ts-check

/**
 * What one check found.
 *
 * @typedef {object} Finding
 * @property {string} check - what was looked at, for example "Java"
 * @property {"ok" | "note" | "problem"} level - a problem makes the doctor's exit code 1
 * @property {string} says - what is there
 * @property {string} [fix] - what to do about a problem
 */

/**
 * @param {string} check
 * @param {string} says
 * @returns {Finding}
 */
export const ok = (check, says) => ({ check, level: "ok", says });

/**
 * @param {string} check
 * @param {string} says
 * @returns {Finding}
 */
export const note = (check, says) => ({ check, level: "note", says });

/**
 * @param {string} check
 * @param {string} says
 * @param {string} fix
 * @returns {Finding}
 */
export const problem = (check, says, fix) => ({ check, level: "problem", says, fix });

const SIGNS = { ok: "✓", note: "·", problem: "✗" };

/**
 * @param {readonly Finding[]} findings
 * @returns {string} a line per finding, and one more per fix
 */
export function report(findings) {
  const lines = findings.flatMap(({ check, level, says, fix }) => [
    `${SIGNS[level]} ${check.padEnd(16)} ${says}`,
    ...(fix === undefined ? [] : [`  ${"".padEnd(16)} → ${fix}`]),
  ]);
  const problems = findings.filter(({ level }) => level === "problem").length;
  const end = problems === 0 ? "Nothing is wrong." : `${problems} to mend.`;
  return `${lines.join("\n").replace(HARMFUL, shown)}\n\n${end}\n`;
}

/** As `infra/runtime/text/printable.ts`, which is built only later: findings hold words of other programs. */
const HARMFUL = /(?![\t\n])[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** @param {string} c */
const shown = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
