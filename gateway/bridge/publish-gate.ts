import type { Clock } from "../../infra/runtime/clock.ts";
import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { CodedError } from "../../schemas/errors.ts";
import type { Sink, Submission } from "../sink/ports.ts";
import { AckQueue, type InFlightEntry, type Peer } from "./ack-queue.ts";
import { type Decider, type Decision, type Publication, refused, tooLarge } from "./decision.ts";

/** What the gate counts. */
export interface PublishGateMeter {
  published(kind: "forward" | "dead", readings: number): void;
  /** From arrival to PUBACK, ms. */
  waited(ms: number): void;
  /** Agent's disk → gateway, ms; may be negative between hosts. */
  delayed(ms: number): void;
  /** Device → agent's disk, ms; likewise. */
  serialDelayed(ms: number): void;
  deadLetter(code: string): void;
}

export interface PublishGateOptions {
  readonly decider: Decider;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: PublishGateMeter;
  /** Packets one connection may have waiting. */
  readonly maxInFlight: number;
  /** Kafka refused readings by a setting that may have changed. */
  readonly onKafkaLimit?: () => void;
}

/** What the broker calls a record, or a request of them, that is larger than the topic takes. */
const TOO_LARGE = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/**
 * Lets a PUBACK go only when Kafka has the packet (delivery rule 4): `acknowledge` of a packet is called after the sink
 * settled it and after its predecessors' on the same connection. In doubt it closes the connection instead.
 */
export class PublishGate {
  readonly #options: PublishGateOptions;
  readonly #queues = new Set<AckQueue>();

  constructor(options: PublishGateOptions) {
    this.#options = options;
  }

  /** The queue of a new connection. */
  open(peer: Peer): AckQueue {
    const queue = new AckQueue(peer);
    this.#queues.add(queue);
    return queue;
  }

  /** The connection is gone: its waiting packets are skipped. */
  close(queue: AckQueue): void {
    queue.close();
    this.#queues.delete(queue);
  }

  /** A PUBLISH of an open connection. */
  accept(queue: AckQueue, packet: Publication, acknowledge: () => void): void {
    if (!queue.taking) return;
    const { clock, decider, maxInFlight } = this.#options;
    const entry = queue.enter(clock.monotonic(), acknowledge);
    const decision =
      queue.length > maxInFlight
        ? refused(packet.payload, "in-flight", "GATEWAY_REFUSED", false)
        : decider.decide(queue.peer, packet);
    this.#carryOut(queue, entry, packet, decision);
  }

  /** The session of this queue's peer has its generation: its states can go. */
  resume(queue: AckQueue): void {
    for (const { entry, packet } of queue.takeHeld()) {
      this.#carryOut(queue, entry, packet, this.#options.decider.decide(queue.peer, packet));
    }
  }

  /** Call often: closes the connections whose first packet has waited too long. */
  sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const queue of this.#queues) {
      const since = queue.waitingSince;
      if (since !== undefined && now - since >= queue.peer.patienceMs) queue.abandon("timeout");
    }
  }

  #carryOut(queue: AckQueue, entry: InFlightEntry, packet: Publication, decision: Decision): void {
    if (decision.kind === "refuse") {
      queue.refuse(entry, decision.reason, decision.refusal);
      return;
    }
    if (decision.kind === "wait") {
      queue.hold(entry, packet);
      queue.peer.begin();
      return;
    }
    if (decision.kind === "dead") this.#reportDead(queue.peer, packet, decision.error);
    this.#options.sink.submit(new PendingWrite(this, queue, entry, packet, decision));
  }

  /** Kafka has the packet of this entry. */
  stored(queue: AckQueue, entry: InFlightEntry, decision: Writable): void {
    const { clock, meter } = this.#options;
    const readings = decision.kind === "forward" ? decision.readings : 0;
    meter.published(decision.kind, readings);
    meter.waited(clock.monotonic() - entry.since);
    if (decision.kind === "forward") {
      if (decision.delayMs !== undefined) meter.delayed(decision.delayMs);
      if (decision.serialMs !== undefined) meter.serialDelayed(decision.serialMs);
    }
    queue.markStored(entry);
  }

  /** Kafka does not have it, or that is unknown. */
  fail(
    queue: AckQueue,
    entry: InFlightEntry,
    packet: Publication,
    decision: Writable,
    error: CodedError,
  ): void {
    if (error.code !== "KAFKA_RECORD_REFUSED") {
      // It is unknown whether Kafka has it: the agent sends it again, dedup drops what came twice.
      if (queue.open) this.#options.logger.warn({ ...about(queue.peer), code: error.code }, error.message);
      queue.abandon("kafka");
    } else if (decision.kind === "forward" && decision.readings > 0) {
      this.#refusedSound(queue, entry, packet, decision.readings, error);
    } else if (decision.kind === "forward") {
      this.#carryOut(queue, entry, packet, this.#options.decider.deadLetter(packet, error));
    } else {
      const { payload } = packet;
      this.#carryOut(queue, entry, packet, refused(payload, "dead-letter", "KAFKA_RECORD_REFUSED", true));
    }
  }

  /**
   * Kafka refuses a batch that was found sound here: a setting is at fault, not the content, so it is no dead letter. A
   * batch too large is halved by its agent; anything else waits at the agent until somebody mends the setting.
   */
  #refusedSound(
    queue: AckQueue,
    entry: InFlightEntry,
    packet: Publication,
    readings: number,
    error: CodedError,
  ): void {
    const bytes = packet.payload.length;
    const halves = TOO_LARGE.has(String(error.context["broker"])) && readings > 1;
    this.#options.logger.error(
      { ...about(queue.peer), bytes, readings, code: error.code, ...error.context },
      `Kafka refuses sound readings, which stay with their agent: ${error.message}`,
    );
    this.#options.onKafkaLimit?.();
    this.#carryOut(queue, entry, packet, tooLarge(packet.payload, halves ? bytes >> 1 : undefined));
  }

  #reportDead(peer: Peer, packet: Publication, error: CodedError): void {
    const { logger, meter } = this.#options;
    meter.deadLetter(error.code);
    logger.warn(
      {
        ...about(peer),
        topic: packet.topic,
        bytes: packet.payload.length,
        code: error.code,
        ...error.context,
      },
      `to the dead letter: ${error.message}`,
    );
  }
}

type Writable = Exclude<Decision, { kind: "refuse" | "wait" }>;

/** A packet in the sink: one object each, without a closure, as there are tens of thousands a second. */
class PendingWrite implements Submission {
  readonly #gate: PublishGate;
  readonly #queue: AckQueue;
  readonly #entry: InFlightEntry;
  readonly #packet: Publication;
  readonly #decision: Writable;

  constructor(
    gate: PublishGate,
    queue: AckQueue,
    entry: InFlightEntry,
    packet: Publication,
    decision: Writable,
  ) {
    this.#gate = gate;
    this.#queue = queue;
    this.#entry = entry;
    this.#packet = packet;
    this.#decision = decision;
  }

  get record(): OutRecord {
    return this.#decision.record;
  }

  wanted(): boolean {
    return this.#queue.open;
  }

  settled(error?: CodedError): void {
    if (error) this.#gate.fail(this.#queue, this.#entry, this.#packet, this.#decision, error);
    else this.#gate.stored(this.#queue, this.#entry, this.#decision);
  }
}

function about(peer: Peer): { readonly station: number; readonly client: string } {
  return { station: peer.stationId, client: peer.clientId };
}
