// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Run a program to its end, quietly; it dies with this process's terminal, not after it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ readonly cwd: string, readonly env?: NodeJS.ProcessEnv, readonly onLine?: (line: string) => boolean }} where -
 * onLine: called with each line that it writes; true: it tells of progress, and is no part of the output
 * @returns {Promise<Outcome>}
 *
 * @typedef {{ readonly code: number | null, readonly output: string }} Outcome code null: ended by a signal; output: the
 * last 8 KiB of stdout and stderr
 */
export function run(program, args, where) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: where.cwd,
      env: { ...process.env, ...where.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { text: "" };
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (where.onLine?.(line) !== true) output.text = `${output.text}${line}\n`.slice(-8192);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: output.text }));
  });
}
