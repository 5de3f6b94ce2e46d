import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { treeOf } from "./tree.ts";

/** LISTEN, of the kernel's tcp_states.h. */
const LISTEN = "0A";

/**
 * Does this process, or one that it started, listen at this port? Another program may have been quicker: its answer
 * would be taken for that of our own server.
 *
 * @returns true also where that cannot be seen: no /proc, or files of another user.
 */
export function listensItself(pid: number, port: number): boolean {
  const sockets = listening(port);
  if (sockets.size === 0) return true;
  const lists = treeOf(pid).map(socketsOf);
  return lists.includes(null) || lists.some((list) => list?.some((socket) => sockets.has(socket)));
}

/** Sockets that listen there, as /proc/…/fd names them. */
function listening(port: number): ReadonlySet<string> {
  const at = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => textOf(table).split("\n"));
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(
    fields
      .filter(([, local, , state]) => local?.endsWith(at) && state === LISTEN)
      .map((row) => `socket:[${row[9]}]`),
  );
}

/** null: they cannot be seen. */
function socketsOf(pid: number): readonly string[] | null {
  const folder = `/proc/${pid}/fd`;
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    // One that has ended meanwhile listens nowhere.
    return (error as NodeJS.ErrnoException).code === "EACCES" ? null : [];
  }
  return names.map((name) => linkOf(`${folder}/${name}`));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
