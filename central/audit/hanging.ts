import { Gauge, type Registry } from "prom-client";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { HangingWatch } from "./hanging-watch.ts";

/** Between two looks, ms: what ends in order is open for no longer than a transaction's time-out, which is as long. */
const LOOK_MS = 10_000;

interface HangingOptions {
  readonly kafka: Pick<Kafka, "admin">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Looks for transactions that hang in any topic, for as long as it runs (delivery rule 13). */
export interface HangingLooks {
  /** What hangs, a sentence each, with what ends it. */
  readonly words: readonly string[];
  stop(): Promise<void>;
}

export function lookForHanging({ kafka, clock, logger, metrics }: HangingOptions): HangingLooks {
  const watch = new HangingWatch();
  const stopping = new AbortController();
  const gauge = new Gauge({
    name: "audit_hanging_transactions",
    help: "Transactions in Kafka's log that stay open: readers get nothing of what is behind them.",
    registers: [metrics],
  });
  let admin: KafkaAdmin | undefined;
  const look = async (): Promise<void> => {
    admin ??= await kafka.admin();
    const topics = await admin.listTopics();
    const open = await admin.hangingTransactions(topics.filter((topic) => !topic.startsWith("__")));
    for (const words of watch.look(open)) logger.error(words);
    gauge.set(watch.count);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        // The parts that need Kafka say that it is away.
        logger.debug({ err: messageOf(error) }, "cannot look for hanging transactions");
        await admin?.close().catch(() => {});
        admin = undefined;
      }
      await clock.sleep(LOOK_MS, stopping.signal);
    }
    await admin?.close().catch(() => {});
  };
  const running = run();
  return {
    get words() {
      return watch.words;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
