import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contender } from "../../harness.ts";
import { anonymousMemoryOf, processorSecondsOf } from "../../process-figures.ts";
import type { FromServer, FromViewers } from "./messages.ts";

const VIEWERS = 1_000;
const SETTLE_MS = 5_000;
const WINDOW_MS = 15_000;

/** From a record's arrival at the server to the page that reads it; server and pages on the same processors. */
export const viewers: Contender = {
  name: `${VIEWERS.toLocaleString("en-US")} viewers at 10 Hz`,
  async run() {
    const server = start("server.child.ts");
    const { url } = (await heard(server)) as Extract<FromServer, { url: string }>;
    const pages = start("viewers.child.ts", url, String(VIEWERS));
    try {
      await heard(pages);
      await sleep(SETTLE_MS);
      const from = { at: Date.now(), spent: processorSecondsOf(server.pid ?? 0) };
      await sleep(WINDOW_MS);
      const to = { at: Date.now(), spent: processorSecondsOf(server.pid ?? 0) };
      const memory = anonymousMemoryOf(server.pid ?? 0);
      server.send("report");
      const { written } = (await heard(server)) as Extract<FromServer, { written: unknown }>;
      pages.send("report");
      const { seen } = (await heard(pages)) as Extract<FromViewers, { seen: unknown }>;
      const at = new Map(written);
      const delays = seen
        .flatMap(([count, times]) => {
          const wrote = at.get(count) ?? 0;
          return wrote >= from.at && wrote < to.at ? times.map((time) => time - wrote) : [];
        })
        .sort((x, y) => x - y);
      const seconds = (to.at - from.at) / 1_000;
      return {
        "deltas a page and second": delays.length / VIEWERS / seconds,
        "record to page p50, ms": delays[Math.floor(delays.length * 0.5)] ?? Number.NaN,
        "record to page p99, ms": delays[Math.floor(delays.length * 0.99)] ?? Number.NaN,
        "server, % of a core": (100 * (to.spent - from.spent)) / seconds,
        "server, RssAnon, MB": memory / 1e6,
      };
    } finally {
      pages.kill("SIGKILL");
      server.kill("SIGKILL");
    }
  },
};

function start(file: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), [...args], { execArgv: ["--import", "tsx"] });
}

async function heard(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${code}`);
  });
  const [message] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  return message;
}
