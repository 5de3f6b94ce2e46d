import type { Kafka, LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../../../infra/runtime/registry/ports.ts";
import type { Evidence } from "../../../../schemas/audit.ts";
import type { RecordAnswer } from "../../../../schemas/page/api.ts";
import type { Topics } from "../../../../schemas/topics.ts";
import { EVIDENCE_HEADERS, isEvidence, readEvidence } from "../../../audit/evidence.ts";

export interface EvidencesOptions {
  readonly kafka: Kafka;
  readonly avro: AvroDecoder;
  readonly topics: Topics;
}

/** Records that findings name, read when somebody asks for them; one question at a time. */
export class Evidences {
  readonly #options: EvidencesOptions;
  readonly #reader: LogReader;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: EvidencesOptions) {
    this.#options = options;
    this.#reader = options.kafka.logReader({ headers: EVIDENCE_HEADERS });
  }

  /**
   * @returns undefined: there is no such record, or none that may be looked at.
   * @throws {CodedError} KAFKA_UNAVAILABLE
   */
  read(evidence: Evidence): Promise<RecordAnswer | undefined> {
    const { avro, topics } = this.#options;
    if (!isEvidence(evidence.topic, topics)) return Promise.resolve(undefined);
    const answer = this.#last.then(() => readEvidence(this.#reader, avro, topics, evidence));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async stop(): Promise<void> {
    await this.#last;
    await this.#reader.stop();
  }
}
