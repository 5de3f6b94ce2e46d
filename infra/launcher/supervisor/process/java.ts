import { defined } from "../../../runtime/defined.ts";
import type { Launched } from "../supervise/part.ts";
import { startChild } from "./child.ts";
import { type jvmCommand, jvmEnvironment } from "./jvm.ts";
import { listensItself } from "./listener.ts";
import type { PartContext } from "./part-context.ts";
import { untilYes } from "./probe.ts";

/** No reading passes through such a part: while everything starts, what carries readings goes first. */
export const YIELDING = 10;

export interface JavaProcess {
  readonly command: ReturnType<typeof jvmCommand>;
  /** Where it runs. */
  readonly folder: string;
  readonly log: string;
  /** Beside what each JVM gets. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Left out: as its parent. */
  readonly niceness?: number;
  /** Does it serve? */
  readonly answers: (withinMs: number) => Promise<boolean>;
  /** Where it must listen itself, and no other process in its place; null: it listens at no port that is known. */
  readonly port: number | null;
  /** Called when it has started, with what aborts once it serves or has ended. */
  readonly untilServing?: (over: AbortSignal) => void;
}

/** Start a server of others that runs on Java. It is ready when it answers, at a port of its own. */
export function startJava(context: PartContext, java: JavaProcess): Launched {
  const { command, folder, log, variables, niceness, answers, port, untilServing } = java;
  return startChild(
    {
      ...command,
      cwd: folder,
      env: { ...jvmEnvironment(context.env), ...variables },
      log,
      stopSignal: "SIGTERM",
      tie: "signal",
      ...defined({ niceness }),
    },
    context.watchdog,
    async (ended, pid) => {
      const serving = new AbortController();
      untilServing?.(AbortSignal.any([ended, serving.signal]));
      const serves = async (withinMs: number): Promise<boolean> =>
        (await answers(withinMs)) && (port === null || listensItself(pid, port));
      await untilYes(serves, context.clock, ended);
      serving.abort();
    },
  );
}
