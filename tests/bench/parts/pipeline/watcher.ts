import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { DelayReport, FromWatcher, ToWatcher } from "./messages.ts";

export interface Watcher {
  begin(): void;
  report(): Promise<DelayReport>;
  end(): void;
}

/** A process that reads the clean arrivals of a prefix, at their end already. */
export async function startWatcher(brokers: string, prefix: string): Promise<Watcher> {
  const child = fork(join(import.meta.dirname, "watcher.child.ts"), [brokers, prefix], {
    execArgv: ["--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the watcher ended with ${code}`);
  });
  ended.catch(() => {});
  const heard = async (): Promise<FromWatcher> => {
    const [message] = (await Promise.race([once(child, "message"), ended])) as [FromWatcher];
    return message;
  };
  const tell = (message: ToWatcher): void => void child.send(message);
  await heard();
  return {
    begin: () => tell("begin"),
    async report() {
      const answer = heard();
      tell("report");
      return (await answer) as DelayReport;
    },
    end: () => void child.kill("SIGKILL"),
  };
}
