import { CodedError } from "../../../../schemas/errors.ts";
import type { Coordinated, TopicPartition, TransactionOutcome, WrittenPartition } from "../loop/ports.ts";
import type { OutRecord } from "../ports.ts";
import type { Lies, MemoryLog } from "./memory-log.ts";

interface Session {
  readonly producerId: number;
  producerEpoch: number;
  state: "Empty" | "Ongoing" | "CompleteCommit" | "CompleteAbort";
  places: TopicPartition[];
}

/** Kafka's transaction coordinator over `MemoryLog`, with the states and epochs of the first protocol (KIP-98, KIP-588). */
export class MemoryCoordinator {
  readonly #log: MemoryLog;
  readonly #lies: Lies;
  readonly #sessions = new Map<string, Session>();
  #producers = 0;

  constructor(log: MemoryLog, lies: Lies) {
    this.#log = log;
    this.#lies = lies;
  }

  describe(transactionalId: string): Coordinated | undefined {
    const session = this.#sessions.get(transactionalId);
    return session && { ...session, places: [...session.places] };
  }

  withProducer(producerId: number): Coordinated | undefined {
    for (const session of this.#sessions.values()) {
      if (session.producerId === producerId) return { ...session, places: [...session.places] };
    }
    return undefined;
  }

  /** Transactional ids with a transaction under way. */
  ongoing(): readonly string[] {
    return [...this.#sessions].flatMap(([id, { state }]) => (state === "Ongoing" ? [id] : []));
  }

  /** Take the id over: what its last producer has begun is aborted. @returns the new epoch. */
  fence(transactionalId: string): { readonly producerId: number; readonly producerEpoch: number } {
    const session: Session = this.#sessions.get(transactionalId) ?? {
      producerId: ++this.#producers,
      producerEpoch: -1,
      state: "Empty",
      places: [],
    };
    this.#sessions.set(transactionalId, session);
    if (session.state === "Ongoing") {
      session.producerEpoch++;
      this.#end(session, "abort");
    }
    session.producerEpoch++;
    session.state = "Empty";
    return { producerId: session.producerId, producerEpoch: session.producerEpoch };
  }

  /** @throws {CodedError} KAFKA_FENCED when another has this id meanwhile */
  begin(transactionalId: string, epoch: number, places: readonly TopicPartition[]): void {
    const session = this.#mine(transactionalId, epoch);
    session.state = "Ongoing";
    for (const { topic, partition } of places) {
      if (session.places.some((known) => known.topic === topic && known.partition === partition)) continue;
      session.places.push({ topic, partition });
    }
  }

  /** @throws {CodedError} KAFKA_FENCED, or as a liar refuses a record */
  write(transactionalId: string, epoch: number, records: readonly OutRecord[]): readonly WrittenPartition[] {
    const session = this.#mine(transactionalId, epoch);
    for (const record of records) {
      const refusal = this.#lies.refuses(record);
      if (refusal) throw refusal;
    }
    const last = new Map<string, WrittenPartition>();
    for (const { topic, partition, offset } of this.#log.append(records, session)) {
      last.set(`${topic}-${partition}`, { topic, partition, last: offset });
    }
    return [...last.values()];
  }

  /** @throws {CodedError} KAFKA_FENCED; KAFKA_UNAVAILABLE when a liar loses the request or the reply */
  end(transactionalId: string, epoch: number, outcome: TransactionOutcome): void {
    const session = this.#mine(transactionalId, epoch);
    if (this.#lies.losesEnd()) throw lost("request");
    this.#end(session, outcome);
    if (this.#lies.losesReply()) throw lost("reply");
  }

  #end(session: Session, outcome: TransactionOutcome): void {
    const places = session.places.splice(0);
    session.state = outcome === "commit" ? "CompleteCommit" : "CompleteAbort";
    for (const place of places) {
      if (this.#lies.writesMarker(place, outcome)) this.#log.mark(place, session.producerId, outcome);
    }
  }

  #mine(transactionalId: string, epoch: number): Session {
    const session = this.#sessions.get(transactionalId);
    if (session?.producerEpoch === epoch) return session;
    throw new CodedError("KAFKA_FENCED", { message: `${transactionalId} is another's`, retryable: false });
  }
}

function lost(what: string): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", { message: `the ${what} was lost`, retryable: true });
}
