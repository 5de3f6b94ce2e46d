import { CodedError } from "../../../schemas/errors.ts";
import type { InRecord, Kafka, Tail } from "../../runtime/kafka/ports.ts";
import { nearest } from "../../runtime/text/spelling.ts";

export interface PeekOptions {
  readonly topic: string;
  readonly fromBeginning: boolean;
  /** Records, at most; undefined: no end. */
  readonly limit?: number;
  /** Go on when everything that was there has been shown. */
  readonly follow: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Show records of a topic as they come.
 *
 * @param show - one call at a time.
 * @throws {CodedError} USAGE with the nearest names when there is no such topic, KAFKA_UNAVAILABLE
 */
export async function peek(
  kafka: Kafka,
  options: PeekOptions,
  show: (record: InRecord) => Promise<void>,
): Promise<void> {
  const { topic, limit = Number.POSITIVE_INFINITY, signal } = options;
  await mustExist(kafka, topic);
  let shown = 0;
  let enough = (): void => {};
  const ended = new Promise<void>((resolve) => {
    enough = resolve;
  });
  signal.addEventListener("abort", enough, { once: true });
  let tail: Tail | undefined;
  try {
    tail = await kafka.tail({
      topics: [topic],
      from: options.fromBeginning ? "beginning" : "end",
      async onRecords(records) {
        for (const record of records) {
          if (shown >= limit || signal.aborted) break;
          await show(record);
          shown++;
        }
        if (shown >= limit) enough();
      },
    });
    if (signal.aborted) return;
    await Promise.race([ended, tail.failed, ...(options.follow ? [] : [tail.caughtUp])]);
  } finally {
    await tail?.stop();
  }
}

async function mustExist(kafka: Kafka, topic: string): Promise<void> {
  const admin = await kafka.admin();
  const names = await admin.listTopics().finally(() => admin.close());
  if (names.includes(topic)) return;
  const near = nearest(topic, names);
  const hint =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : "npm run topics lists those there are";
  throw new CodedError("USAGE", {
    message: `there is no topic "${topic}": ${hint}`,
    retryable: false,
    context: { topic, near },
  });
}
