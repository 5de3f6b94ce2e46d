import { join } from "node:path";
import { forked } from "../../forked.ts";
import type { DelayReport, FromWatcher, ToWatcher } from "./messages.ts";

export interface Watcher {
  begin(): void;
  report(): Promise<DelayReport>;
  end(): void;
}

/** A process that reads the clean arrivals of a prefix, at their end already. */
export async function startWatcher(brokers: string, prefix: string): Promise<Watcher> {
  const module = join(import.meta.dirname, "watcher.child.ts");
  const child = forked<FromWatcher, ToWatcher>("the watcher", module, [brokers, prefix]);
  await child.heard((message) => message === "ready");
  return {
    begin: () => child.tell("begin"),
    report() {
      const answer = child.heard((message): message is DelayReport => typeof message === "object");
      child.tell("report");
      return answer;
    },
    end: child.end,
  };
}
