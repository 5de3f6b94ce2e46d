import type { OutRecord, Producer } from "../../infra/runtime/kafka/ports.ts";
import type { AvroCodec } from "../../infra/runtime/registry/ports.ts";
import { type DeadLetter, deadLetter } from "../../schemas/dead-letter.ts";
import type { Refused } from "./row.ts";

interface DeadLetterOptions {
  readonly producer: Producer;
  readonly topic: string;
  readonly key: AvroCodec<string>;
  readonly value: AvroCodec<DeadLetter>;
}

/** Where records go that can never become rows. Resolves once Kafka has them; at least once each. */
export function deadLetters({ producer, topic, key, value }: DeadLetterOptions) {
  return async (refused: readonly Refused[]): Promise<void> => {
    const records = refused.map(({ record, error }): OutRecord => {
      const origin = `${record.topic}-${record.partition}@${record.offset}`;
      const letter = deadLetter(origin, "telemetry", error, record.value ?? Buffer.alloc(0));
      return { topic, partition: record.partition, key: key.encode(origin), value: value.encode(letter) };
    });
    await producer.send(records);
  };
}
