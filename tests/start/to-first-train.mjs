// @ts-check
// Runs `npm start` in this folder until the page shows a train and everything runs, then ends it as Ctrl+C does. Prints
// one line of JSON, and ends with 0 when all of that went well. Node's built-ins only: it runs inside the namespace and
// as the user of its scenario.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @typedef {object} Outcome
 * @property {number | null} trainMs - from the command to the first train on the page, set-up included
 * @property {number | null} allMs - until everything runs
 * @property {number | null} code - exit code; null: ended by a signal
 * @property {string} words - the last ones of its output
 */

const POLL_MS = 200;
const ANSWER_WITHIN_MS = 2_000;
const home = process.env["ELEVATED_HOME"] ?? join(process.cwd(), ".elevated");
const began = performance.now();
const child = spawn("npm", ["start", "--", ...process.argv.slice(2)], { stdio: ["ignore", "pipe", "pipe"] });
let words = "";
for (const stream of [child.stdout, child.stderr]) {
  stream.on("data", (chunk) => {
    words = (words + String(chunk)).slice(-6_000);
  });
}
/** @type {number | null | undefined} */
let code;
child.once("close", (ended) => {
  code = ended;
});
child.once("error", (error) => {
  words += error.message;
  code = null;
});

/** @returns {Promise<boolean>} */
async function showsTrain() {
  try {
    const file = readFileSync(join(home, "run", "endpoints.json"), "utf8");
    const { DASHBOARD_URL } = /** @type {{ DASHBOARD_URL: string }} */ (JSON.parse(file));
    const answer = await fetch(`${DASHBOARD_URL}/api/v1/trains`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const trains = /** @type {{ stale: boolean }[]} */ (await answer.json());
    return trains.some((train) => !train.stale);
  } catch {
    return false;
  }
}

/**
 * @param {() => boolean | Promise<boolean>} done
 * @returns {Promise<number | null>} ms from the command; null: it ended before, or gave up one of its parts
 */
async function until(done) {
  while (code === undefined && !words.includes("Running without")) {
    if (await done()) return Math.round(performance.now() - began);
    await sleep(POLL_MS);
  }
  return null;
}

const trainMs = await until(showsTrain);
const allMs = await until(() => words.includes("Everything runs"));
child.kill("SIGINT");
while (code === undefined) await sleep(POLL_MS);
/** @type {Outcome} */
const outcome = { trainMs, allMs, code, words };
process.stdout.write(`${JSON.stringify(outcome)}\n`);
process.exitCode = trainMs !== null && allMs !== null && code === 0 ? 0 : 1;
