// @ts-check
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One holder at a time, freed by the kernel when the holder dies however it dies.
 *
 * On Linux the lock is an abstract socket, which leaves nothing on disk; elsewhere a socket file that counts only
 * while somebody answers on it.
 *
 * @typedef {object} Lock
 * @property {() => Promise<void>} release
 */

/**
 * @param {string} kind - what is locked, for example "setup"
 * @param {string} folder - absolute; the lock is this folder's
 * @returns {string} the socket's address
 */
export function lockAddress(kind, folder) {
  const name = `elevated-${kind}-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  return process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
}

/**
 * @param {string} address
 * @param {() => string} [describe] - one line about the holder, for those that ask
 * @returns {Promise<Lock | null>} null: another process holds it
 */
export async function tryLock(address, describe = () => String(process.pid)) {
  const lock = await listenOn(address, describe);
  if (lock || address.startsWith("\0") || (await askHolder(address)) !== null) return lock;
  // A socket file whose process is gone.
  rmSync(address, { force: true });
  return listenOn(address, describe);
}

/**
 * @param {string} address
 * @returns {Promise<string | null>} the holder's line; null: it is free
 */
export function askHolder(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.includes("\n")) return;
      resolve(text.slice(0, text.indexOf("\n")));
      socket.destroy();
    });
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(null));
  });
}

/**
 * @param {string} address
 * @returns {Promise<void>} resolves when the present holder lets go or dies
 */
export function holderGone(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.resume();
  });
}

/**
 * @param {string} address
 * @param {() => string} describe
 * @returns {Promise<Lock | null>}
 */
function listenOn(address, describe) {
  return new Promise((resolve, reject) => {
    /** @type {Set<import("node:net").Socket>} */
    const open = new Set();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      socket.on("error", () => socket.destroy());
      socket.write(`${describe()}\n`);
    });
    server.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve({
        release: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of open) socket.destroy();
          }),
      });
    });
  });
}
