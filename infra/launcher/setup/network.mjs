// @ts-check
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "./error.mjs";

/** @typedef {import("./run.mjs").Outcome} Outcome */

/** Waits before the second and the third try, milliseconds. */
const WAITS_MS = [2_000, 5_000];

/** As npm (Node's error codes) and Maven (Java's messages) say it. */
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|Unknown host|Temporary failure in name resolution|Network is unreachable|No route to host|Connection refused/;
const UNTRUSTED =
  /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|CERT_(HAS_EXPIRED|NOT_YET_VALID)|ERR_TLS_CERT|PKIX path|certificate_unknown|valid certification path|CertificateException/;
const BROKEN =
  /ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EINTEGRITY|ECONNABORTED|EPIPE|E50\d|socket hang up|network socket disconnected|Invalid response body|Premature|Connection reset|timed out|status code: 50\d|Could not transfer|Z_BUF_ERROR|TAR_BAD_ARCHIVE|unexpected end of file|Checksum validation failed/i;

/**
 * What of the network made a program fail?
 *
 * @param {string} output - what it wrote
 * @returns {"untrusted" | "offline" | "broken" | null} untrusted: a server's certificate is refused; offline: a server
 * cannot be reached; broken: a transfer did not come to its end; null: something else
 */
export function networkFault(output) {
  if (UNTRUSTED.test(output)) return "untrusted";
  if (OFFLINE.test(output)) return "offline";
  return BROKEN.test(output) ? "broken" : null;
}

/**
 * Run what fetches, again when another try can help: what has arrived is kept in the program's cache.
 *
 * @param {(attempt: number) => Promise<Outcome>} fetch - attempt: from 1
 * @param {object} about
 * @param {string} about.what - for example "packages"
 * @param {import("./progress.mjs").Progress} about.progress
 * @param {readonly number[]} [about.waitsMs]
 * @returns {Promise<Outcome>} of the last attempt
 */
export async function fetchPatiently(fetch, { what, progress, waitsMs = WAITS_MS }) {
  for (let attempt = 1; ; attempt++) {
    const outcome = await fetch(attempt);
    const fault = outcome.code === 0 ? null : networkFault(outcome.output);
    const wait = waitsMs[attempt - 1];
    if (fault === null || fault === "untrusted" || wait === undefined) return outcome;
    const how = fault === "offline" ? "no server can be reached" : "the download broke off";
    progress.note(`${what}: ${how}; attempt ${attempt + 1} of ${waitsMs.length + 1} in ${wait / 1000} s`);
    await sleep(wait);
  }
}

/**
 * @param {string} what - was to be fetched, for example "the npm packages"
 * @param {string} program - for example "npm ci"
 * @param {Outcome} outcome - of its last attempt
 * @param {string} settings - where its servers are set
 * @returns {SetupError}
 */
export function fetchFailed(what, program, { code, output }, settings) {
  const words = output.trim();
  const fault = networkFault(output);
  if (fault === "untrusted") {
    const trust = program.startsWith("npm")
      ? "npm takes it by `npm config set cafile FILE`"
      : "Java takes it by `keytool -importcert -cacerts -file FILE`";
    return new SetupError(
      `The certificate of ${hostIn(output) ?? "the server"} is not trusted, so ${what} cannot be fetched.`,
      `Look at the clock first. A proxy that opens encrypted connections has a certificate of its own: ${trust}.`,
    );
  }
  if (fault === "offline") {
    return new SetupError(
      `There is no network: ${what} cannot be fetched, because ${hostIn(output) ?? "the server"} cannot be reached.`,
      `Connect once; later starts need no network. Behind a proxy or a mirror: ${settings}.`,
    );
  }
  if (fault === "broken") {
    return new SetupError(
      `The download of ${what} broke off each time:\n${words}`,
      `Run the command again: what has arrived is kept. Behind a proxy or a mirror: ${settings}.`,
    );
  }
  return new SetupError(
    `${program} ended with code ${code}:\n${words}`,
    `Check ${settings}, then run it again.`,
  );
}

/** @param {string} output */
function hostIn(output) {
  return /https?:\/\/([^/\s:]+)/.exec(output)?.[1] ?? /Unknown host (\S+?):?\s/.exec(output)?.[1];
}
