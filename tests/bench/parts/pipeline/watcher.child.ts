import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { HEADERS, parseTimes, topicNames } from "../../../../schemas/topics.ts";
import { Delays } from "../../statistics.ts";
import type { FromWatcher, ToWatcher } from "./messages.ts";

/**
 * A consumer of the clean arrivals, one reading in ten, in a process of its own: how long after the device had it is a
 * reading there to be read?
 */
const [brokers = "", prefix = ""] = process.argv.slice(2);
const say = (message: FromWatcher): void => void process.send?.(message);
let delays: Delays | undefined;

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
      if (times) delays?.add(now - times.device);
    }
  },
});
await tail.caughtUp;
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToWatcher) => {
  if (message === "begin") delays = new Delays();
  else {
    const seen = delays ?? new Delays();
    delays = undefined;
    say({ seen: seen.total, p50Ms: seen.quantile(0.5), p99Ms: seen.quantile(0.99) });
  }
});
say("ready");
