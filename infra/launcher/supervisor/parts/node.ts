import { existsSync } from "node:fs";
import { join } from "node:path";
import { portOf } from "../addresses/servers.ts";
import { startChild } from "../process/child.ts";
import { listensItself } from "../process/listener.ts";
import { logOf, type PartContext } from "../process/part-context.ts";
import { answersOk, untilYes } from "../process/probe.ts";
import type { Part } from "../supervise/part.ts";

/** One of our own programs. */
export interface NodeProgram {
  readonly name: string;
  readonly kind: Part["kind"];
  readonly needs: readonly string[];
  readonly feeds: readonly string[];
  readonly yieldsTo?: readonly string[];
  /** Source, relative to the project's folder. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly url: string | null;
  /** Answers 2xx once it is ready; null for tasks. */
  readonly probe: string | null;
  /** Variables of its own, beside those of the context. */
  readonly env: Readonly<Record<string, string>>;
}

/** The file to run: what set-up built, or with `sources` the TypeScript itself; undefined when there is none. */
export function programFile(root: string, entry: string, sources: boolean): string | undefined {
  const file = sources ? join(root, entry) : join(root, "dist", entry.replace(/\.ts$/, ".js"));
  return existsSync(file) ? file : undefined;
}

/** Every server of ours answers it, whatever else it waits for. */
function livenessOf(probe: string): string {
  return new URL("/healthz", probe).href;
}

/** A process that stands at a breakpoint is not hung. */
function isDebugged(env: NodeJS.ProcessEnv): boolean {
  return /--inspect/.test(env["NODE_OPTIONS"] ?? "");
}

export function nodePart(context: PartContext, program: NodeProgram, file: string): Part {
  const { name, probe } = program;
  const log = logOf(context.home, name);
  const translate = file.endsWith(".ts") ? ["--import", "tsx"] : [];
  return {
    name,
    kind: program.kind,
    needs: program.needs,
    feeds: program.feeds,
    yieldsTo: program.yieldsTo ?? [],
    url: program.url,
    probe,
    log,
    holdsState: false,
    ...(probe === null || isDebugged(context.env)
      ? {}
      : { lives: (withinMs) => answersOk(livenessOf(probe), withinMs) }),
    launch: () =>
      startChild(
        {
          program: process.execPath,
          args: [...translate, file, ...program.args],
          cwd: context.root,
          env: { ...context.env, ...program.env },
          log,
          stopSignal: "SIGTERM",
          tie: "stdin",
        },
        context.watchdog,
        async (ended, pid) => {
          if (probe === null) return new Promise(() => {});
          const answers = async (withinMs: number) =>
            (await answersOk(probe, withinMs)) && listensItself(pid, portOf(probe));
          return untilYes(answers, context.clock, ended);
        },
      ),
  };
}
