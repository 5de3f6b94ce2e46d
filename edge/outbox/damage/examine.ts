import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { messageOf } from "../../../schemas/errors.ts";
import type { StationClaim } from "../outbox-store.ts";
import type { LookReport } from "./look.ts";

/** Starts a process that calls `lookAtOutbox` of this folder and sends its reports; stderr is a pipe. */
export type StartLook = (folder: string) => ChildProcess;

export type Diagnosis =
  | { readonly is: "sound" }
  /** @property claims - as far as they could be read. */
  | { readonly is: "damaged"; readonly why: string; readonly claims: readonly StationClaim[] }
  | { readonly is: "unknown"; readonly why: string };

/** How a process ends that was given bad memory, not a signal of somebody's. */
const CRASHES: readonly (string | null)[] = ["SIGBUS", "SIGSEGV", "SIGABRT", "SIGILL", "SIGFPE", "SIGTRAP"];
/** What is kept of what LMDB and Node print about a crash. */
const STDERR_CHARS = 2_000;

/** Have another process look at an outbox, and take its death for an answer. */
export async function examine(folder: string, start: StartLook): Promise<Diagnosis> {
  let claims: readonly StationClaim[] = [];
  let verdict: Diagnosis | undefined;
  let stderr = "";
  let child: ChildProcess;
  try {
    child = start(folder);
  } catch (error) {
    return { is: "unknown", why: messageOf(error) };
  }
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARS);
  });
  child.on("message", (report: LookReport) => {
    if ("claims" in report) claims = report.claims;
    if ("sound" in report) verdict = { is: "sound" };
    if ("damage" in report) verdict = { is: "damaged", why: report.damage, claims };
    if ("unable" in report) verdict = { is: "unknown", why: report.unable };
  });
  try {
    // "close" comes once stderr is read, "disconnect" once all messages are.
    const [[code, signal]] = await Promise.all([once(child, "close"), once(child, "disconnect")]);
    if (verdict) return verdict;
    const said = stderr.trim().split("\n").at(-1) ?? "";
    const why = `a process that looked at it ended with ${signal ?? code}${said === "" ? "" : `: ${said}`}`;
    return CRASHES.includes(signal) ? { is: "damaged", why, claims } : { is: "unknown", why };
  } catch (error) {
    return { is: "unknown", why: messageOf(error) };
  }
}
