import { createServer } from "node:net";
import { CodedError } from "../../../../schemas/errors.ts";
import type { Random } from "../../../runtime/random.ts";

/** Below the range from which kernels take the ports of outgoing connections, so that none of those gets there first. */
const FREE_RANGE = { from: 20_000, count: 10_000 } as const;
const TRIES = 200;

export interface PortWish {
  readonly name: string;
  /** null: any will do. */
  readonly preferred: number | null;
  /** Another port is no answer: the user named this one. */
  readonly exactly?: boolean;
}

export interface PortChoice {
  readonly name: string;
  readonly port: number;
  /** The port it would have had, when that was taken. */
  readonly insteadOf: number | null;
}

/**
 * A port for each wish, all different.
 *
 * @param isFree - can a server listen there now?
 * @throws {CodedError} PORT_TAKEN when exactly that port is in use, or no free one is found.
 */
export async function choosePorts(
  wishes: readonly PortWish[],
  isFree: (port: number) => Promise<boolean>,
  random: Random,
): Promise<readonly PortChoice[]> {
  const preferred = new Set(wishes.map((wish) => wish.preferred));
  const given = new Set<number>();
  const choices: PortChoice[] = [];
  for (const wish of wishes) {
    const { name, preferred: wanted } = wish;
    if (wanted !== null && !given.has(wanted) && (await isFree(wanted))) {
      given.add(wanted);
      choices.push({ name, port: wanted, insteadOf: null });
      continue;
    }
    if (wish.exactly)
      throw taken(`port ${wanted} for ${name} is in use: stop what holds it or choose another`);
    const port = await anyFree((candidate) => given.has(candidate) || preferred.has(candidate));
    given.add(port);
    choices.push({ name, port, insteadOf: wanted });
  }
  return choices;

  async function anyFree(excluded: (port: number) => boolean): Promise<number> {
    for (let n = 0; n < TRIES; n++) {
      const port = FREE_RANGE.from + Math.floor(random() * FREE_RANGE.count);
      if (!excluded(port) && (await isFree(port))) return port;
    }
    throw taken(`no free port between ${FREE_RANGE.from} and ${FREE_RANGE.from + FREE_RANGE.count - 1}`);
  }
}

function taken(message: string): CodedError {
  return new CodedError("PORT_TAKEN", { message, retryable: false });
}

/** Can a server listen on this loopback port now? */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
