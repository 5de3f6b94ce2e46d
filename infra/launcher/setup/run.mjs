// @ts-check
import { spawn } from "node:child_process";

/**
 * Run a program to its end, quietly; it dies with this process's terminal, not after it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ readonly cwd: string, readonly env?: NodeJS.ProcessEnv }} where
 * @returns {Promise<{ readonly code: number | null, readonly output: string }>} code null: ended by a signal; output:
 * the last 8 KiB of stdout and stderr
 */
export function run(program, args, where) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: where.cwd,
      env: { ...process.env, ...where.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-8192);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
