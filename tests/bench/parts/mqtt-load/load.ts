import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FromLoad, LoadOptions, ToLoad } from "./messages.ts";

export type Measured = Extract<FromLoad, { kind: "measured" }>;
export type Done = Extract<FromLoad, { kind: "done" }>;

/** The load process, connected and waiting. */
export interface Load {
  readonly pid: number;
  /** Begin; resolves when the warm-up is over. */
  begin(): Promise<void>;
  /** So many readings may have been published since the beginning: for the pace `allowance`. */
  allow(readings: number): void;
  readonly measured: Promise<Measured>;
  /** Resolves when every PUBLISH has its PUBACK. */
  readonly done: Promise<Done>;
  end(): void;
}

/** @throws Error when its clients cannot connect; `measured` and `done` reject when it ends before its time. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const child = fork(join(import.meta.dirname, "load.child.ts"), [JSON.stringify(options)], {
    execArgv: ["--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the load's process ended with ${code}`);
  });
  ended.catch(() => {});
  const heard = <K extends FromLoad["kind"]>(kind: K): Promise<Extract<FromLoad, { kind: K }>> => {
    const message = new Promise<Extract<FromLoad, { kind: K }>>((resolve) => {
      child.on("message", (each: FromLoad) => {
        if (each.kind === kind) resolve(each as Extract<FromLoad, { kind: K }>);
      });
    });
    const either = Promise.race([message, ended]);
    either.catch(() => {});
    return either;
  };
  const [measuring, measured, done] = [heard("measuring"), heard("measured"), heard("done")];
  const tell = (message: ToLoad): void => void child.send(message);
  await heard("connected");
  return {
    pid: child.pid ?? 0,
    async begin() {
      tell({ go: true });
      await measuring;
    },
    allow: (allowed) => tell({ allowed }),
    measured,
    done,
    end: () => void child.kill("SIGKILL"),
  };
}
