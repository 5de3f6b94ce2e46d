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
  /** The address it will listen on; absent: loopback. */
  readonly host?: string;
}

/** A bound port, which no other program can have until it is released. */
export interface ReservedPort {
  release(): void;
}

/** Binds a port; null: another program has it. */
export type ReservePort = (port: number, host?: string) => Promise<ReservedPort | null>;

export interface PortChoice {
  readonly name: string;
  readonly wish: PortWish;
  readonly port: number;
  readonly held: ReservedPort;
  /** The port it would have had, when that was taken. */
  readonly insteadOf: number | null;
}

/**
 * A port for each wish, all different and all held.
 *
 * @throws {CodedError} PORT_TAKEN when exactly that port is in use, or no free one is found.
 */
export async function choosePorts(
  wishes: readonly PortWish[],
  hold: ReservePort,
  random: Random,
): Promise<readonly PortChoice[]> {
  const preferred = new Set(wishes.map((wish) => wish.preferred));
  const choices: PortChoice[] = [];
  try {
    for (const wish of wishes) choices.push(await choose(wish));
  } catch (error) {
    for (const { held } of choices) held.release();
    throw error;
  }
  return choices;

  async function choose(wish: PortWish): Promise<PortChoice> {
    const { name, preferred: wanted, host } = wish;
    const isGiven = (port: number): boolean => choices.some((choice) => choice.port === port);
    if (wanted !== null && !isGiven(wanted)) {
      const held = await hold(wanted, host);
      if (held) return { name, wish, port: wanted, held, insteadOf: null };
    }
    if (wish.exactly)
      throw taken(`port ${wanted} for ${name} is in use: stop what holds it or choose another`);
    for (let n = 0; n < TRIES; n++) {
      const port = FREE_RANGE.from + Math.floor(random() * FREE_RANGE.count);
      const held = isGiven(port) || preferred.has(port) ? null : await hold(port, host);
      if (held) return { name, wish, port, held, insteadOf: wanted };
    }
    throw taken(`no free port between ${FREE_RANGE.from} and ${FREE_RANGE.from + FREE_RANGE.count - 1}`);
  }
}

function taken(message: string): CodedError {
  return new CodedError("PORT_TAKEN", { message, retryable: false });
}

/** Binds it in the name of a server to come. Who connects meanwhile is cut off, as where no server is. */
export const reservePort: ReservePort = (port, host = "127.0.0.1") =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.on("error", () => {}).resetAndDestroy());
    server.once("error", () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      server.unref();
      // The kernel's socket is closed before this returns.
      resolve({ release: () => void server.close() });
    });
  });
