import { readFileSync } from "node:fs";
import { connect } from "node:net";

/** A system on this machine, as its supervisor describes it to those who ask. */
export interface RunningSystem {
  readonly pid: number;
  /** Its state folder. */
  readonly home: string;
  /** Its page; null: it has none. */
  readonly url: string | null;
  /** Where its servers listen, for example `127.0.0.1:9092` or `http://127.0.0.1:8081`. */
  readonly addresses: readonly string[];
}

/** The kernel's list of local sockets; an abstract one is shown with `@` in front. */
const SOCKETS = "/proc/net/unix";
/** The abstract sockets by which supervisors hold their homes; some versions of Node fill the name up with zeros. */
const HOLDER = /@(elevated-home-[0-9a-f]{16})@*$/gm;
const WITHIN_MS = 1_000;

/** The systems that run on this machine, of every home and user. Linux only: none elsewhere. */
export async function runningSystems(): Promise<readonly RunningSystem[]> {
  const answers = await Promise.all([...holders()].map(ask));
  return answers.filter((answer) => answer !== undefined);
}

function holders(): ReadonlySet<string> {
  try {
    return new Set([...readFileSync(SOCKETS, "utf8").matchAll(HOLDER)].map(([, name = ""]) => name));
  } catch {
    return new Set();
  }
}

/** @returns undefined when it does not answer in time, or answers something else, as an earlier version does. */
function ask(name: string): Promise<RunningSystem | undefined> {
  return new Promise((resolve) => {
    const socket = connect(`\0${name}`);
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(WITHIN_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.includes("\n")) return;
      resolve(parse(text.slice(0, text.indexOf("\n"))));
      socket.destroy();
    });
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(undefined));
  });
}

function parse(line: string): RunningSystem | undefined {
  try {
    const { pid, home, url, addresses } = JSON.parse(line) as Partial<RunningSystem>;
    if (typeof home !== "string" || !Array.isArray(addresses)) return undefined;
    return { pid: pid ?? 0, home, url: url ?? null, addresses };
  } catch {
    return undefined;
  }
}
