import { join } from "node:path";
import { forked } from "../../forked.ts";
import type { FromLoad, LoadOptions, ToLoad } from "./messages.ts";

export type Measured = Extract<FromLoad, { kind: "measured" }>;
export type Done = Extract<FromLoad, { kind: "done" }>;

/** The load process, connected and waiting. */
export interface MqttLoad {
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
export async function startLoad(options: LoadOptions): Promise<MqttLoad> {
  const module = join(import.meta.dirname, "load.child.ts");
  const child = forked<FromLoad, ToLoad>("the load's process", module, [JSON.stringify(options)]);
  const heard = <K extends FromLoad["kind"]>(kind: K): Promise<Extract<FromLoad, { kind: K }>> =>
    child.heard((message): message is Extract<FromLoad, { kind: K }> => message.kind === kind);
  const [measuring, measured, done] = [heard("measuring"), heard("measured"), heard("done")];
  await heard("connected");
  return {
    pid: child.pid,
    async begin() {
      child.tell({ go: true });
      await measuring;
    },
    allow: (allowed) => child.tell({ allowed }),
    measured,
    done,
    end: child.end,
  };
}
