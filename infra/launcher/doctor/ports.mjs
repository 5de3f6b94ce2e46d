// @ts-check
import { readdirSync, readlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { textOf } from "../setup/stamp.mjs";
import { ok, problem } from "./finding.mjs";
import { portOf, SERVICES } from "./services.mjs";

/** @typedef {import("./finding.mjs").Finding} Finding */

/** LISTEN, of the kernel's tcp_states.h. */
const LISTEN = "0A";

/**
 * The ports of a start. One that is taken is replaced at a start, so its address is not the documented one.
 *
 * @param {Readonly<Record<string, string>>} running - addresses of the system that runs here
 * @param {Readonly<Record<string, string | undefined>>} env - services with an address there run elsewhere
 * @returns {Promise<readonly Finding[]>}
 */
export async function portFindings(running, env) {
  const own = new Set(Object.values(running).map(portOf));
  const findings = await Promise.all(
    SERVICES.filter(({ variable }) => !env[variable]).map(async ({ name, usual }) => {
      const port = portOf(usual);
      return own.has(port) || (await isFree(port)) ? [] : [takenFinding(name, port, holderOf(port))];
    }),
  );
  const taken = findings.flat();
  return taken.length > 0
    ? taken
    : [ok("ports", Object.keys(running).length > 0 ? "held by the running system" : "all free")];
}

/**
 * @param {string} name
 * @param {number} port
 * @param {{ readonly pid: number, readonly command: string } | null} holder
 */
function takenFinding(name, port, holder) {
  const who = holder ? `process ${holder.pid} (${holder.command})` : "a process of another user";
  const stop = holder ? `Stop it (kill ${holder.pid})` : "Stop it";
  const other =
    name === "the page"
      ? "; or choose another: npm start -- --port 9000"
      : "; or let npm start take another, it says which";
  return problem(`port ${port}`, `of ${name} is held by ${who}`, stop + other);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} can a server listen on this loopback port now?
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} does somebody take connections at this loopback port?
 */
export function listens(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * @param {number} port
 * @returns {{ readonly pid: number, readonly command: string } | null} null: unknown, or another user's
 */
export function holderOf(port) {
  const inodes = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => listening(textOf(file) ?? "", port)),
  );
  if (inodes.size === 0) return null;
  for (const pid of namesIn("/proc").filter((name) => /^\d+$/.test(name))) {
    const holds = namesIn(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
    if (!holds) continue;
    const command = (textOf(`/proc/${pid}/cmdline`) ?? "").split("\0").join(" ").trim();
    return { pid: Number(pid), command: command.slice(0, 80) };
  }
  return null;
}

/**
 * @param {string} table - /proc/net/tcp
 * @param {number} port
 * @returns {string[]} sockets that listen there, as /proc/…/fd names them
 */
export function listening(table, port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${wanted}`) && state === LISTEN)
    .map((fields) => `socket:[${fields[9]}]`);
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} path */
function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
