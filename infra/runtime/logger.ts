import { createRequire } from "node:module";
import { type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";
import type { PrettyOptions, PrettyStream } from "pino-pretty";
import { LogOutput } from "./log-output.ts";
import { doublyEscapedJson, printableJson } from "./text/printable.ts";

export type Logger = Pick<PinoLogger, "trace" | "debug" | "info" | "warn" | "error" | "fatal"> & {
  child(bindings: Record<string, unknown>): Logger;
};

/**
 * Logs go to stderr: JSON lines when piped, short coloured lines on a terminal; stdout is for data.
 *
 * @param name - the process, for example "gateway".
 * @param level - pino's levels; "silent" for tests.
 */
export function createLogger(name: string, level = "info"): Logger {
  const onTerminal = process.stderr.isTTY === true;
  const options = {
    ...{ name, level, base: { name }, timestamp: stdTimeFunctions.isoTime },
    // What is logged may come from outside, and logs are read on terminals, now or later.
    hooks: { streamWrite: onTerminal ? doublyEscapedJson : printableJson },
  };
  if (onTerminal) {
    // Loaded only here: a service whose log is a file starts without it.
    const pretty = createRequire(import.meta.url)("pino-pretty") as (options: PrettyOptions) => PrettyStream;
    return pino(
      options,
      pretty({
        destination: 2,
        sync: true,
        ignore: "pid,hostname",
        translateTime: "HH:MM:ss.l",
        singleLine: true,
      }),
    );
  }
  return pino(options, new LogOutput());
}

/** For tests and libraries that insist on a logger. */
export const silentLogger: Logger = pino({ level: "silent" });
