import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { HEADERS, parseTimes, topicNames } from "../../../../schemas/topics.ts";
import { DelayStatistics } from "../../statistics.ts";
import type { FromWatcher, ToWatcher } from "./messages.ts";

/**
 * A consumer of the clean arrivals, one reading in ten, in a process of its own: how long after the device had it is a
 * reading there to be read?
 */
const [brokers = "", prefix = ""] = process.argv.slice(2);
const say = (message: FromWatcher): void => void process.send?.(message);
let seen = unseen();
let noting = false;

function unseen() {
  return {
    all: new DelayStatistics(),
    gateway: new DelayStatistics(),
    dedup: new DelayStatistics(),
    reader: new DelayStatistics(),
  };
}

const kafka = createKafka({
  brokers: brokers.split(","),
  clientId: "bench-watcher",
  logger: silentLogger,
  clock: systemClock,
});
const tail = await kafka.tail({
  topics: [topicNames(prefix).arrivals],
  from: "end",
  onRecords(records) {
    const now = Date.now();
    for (const { headers } of records) {
      const times = parseTimes(headers[HEADERS.times] ?? "");
      if (!times || !noting) continue;
      seen.all.add(now - times.device);
      seen.gateway.add(times.gateway - times.device);
      seen.dedup.add(times.dedup - times.gateway);
      seen.reader.add(now - times.dedup);
    }
  },
});
await tail.caughtUp;
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToWatcher) => {
  noting = message === "begin";
  if (noting) {
    seen = unseen();
    return;
  }
  const { all, gateway, dedup, reader } = seen;
  say({
    seen: all.total,
    p50Ms: all.quantile(0.5),
    p99Ms: all.quantile(0.99),
    hopsMs: { gateway: gateway.quantile(0.5), dedup: dedup.quantile(0.5), reader: reader.quantile(0.5) },
  });
});
say("ready");
