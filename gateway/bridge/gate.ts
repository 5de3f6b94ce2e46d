import type { Clock } from "../../infra/runtime/clock.ts";
import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { CodedError } from "../../schemas/errors.ts";
import type { Sink, Submission } from "../sink/ports.ts";
import { Lane, type Peer, type Place } from "./lane.ts";
import { type Judge, type Publication, refused, type Verdict } from "./verdict.ts";

/** What the gate counts. */
export interface GateMeter {
  published(kind: "forward" | "dead", readings: number): void;
  /** From arrival to PUBACK, ms. */
  waited(ms: number): void;
  /** Agent's disk → gateway, ms; may be negative between hosts. */
  delayed(ms: number): void;
  /** Device → agent's disk, ms; likewise. */
  serialDelayed(ms: number): void;
  deadLetter(code: string): void;
}

export interface GateOptions {
  readonly judge: Judge;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: GateMeter;
  /** Packets one connection may have waiting. */
  readonly maxInFlight: number;
}

/**
 * Lets a PUBACK go only when Kafka has the packet (design §5.4): `acknowledge` of a packet is called after the sink
 * settled it and after its predecessors' on the same connection. On any doubt the connection is closed instead.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #lanes = new Set<Lane>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** The lane of a new connection. */
  open(peer: Peer): Lane {
    const lane = new Lane(peer);
    this.#lanes.add(lane);
    return lane;
  }

  /** The connection is gone: its waiting packets are skipped. */
  close(lane: Lane): void {
    lane.close();
    this.#lanes.delete(lane);
  }

  /** A PUBLISH of an open connection. */
  accept(lane: Lane, packet: Publication, acknowledge: () => void): void {
    if (!lane.taking) return;
    const { clock, judge, maxInFlight } = this.#options;
    const place = lane.enter(clock.monotonic(), acknowledge);
    const verdict =
      lane.length > maxInFlight
        ? refused(packet.payload, "in-flight", "GATEWAY_REFUSED", false)
        : judge.judge(lane.peer.stationId, packet);
    this.#carryOut(lane, place, packet, verdict);
  }

  /** Call often: closes the connections whose first packet has waited too long. */
  sweep(): void {
    const now = this.#options.clock.monotonic();
    for (const lane of this.#lanes) {
      const since = lane.waitingSince;
      if (since !== undefined && now - since >= lane.peer.patienceMs) lane.abandon("timeout");
    }
  }

  #carryOut(lane: Lane, place: Place, packet: Publication, verdict: Verdict): void {
    if (verdict.kind === "refuse") {
      lane.refuse(place, verdict.reason, verdict.refusal);
      return;
    }
    if (verdict.kind === "dead") this.#reportDead(lane.peer, packet, verdict.error);
    this.#options.sink.submit(new Held(this, lane, place, packet, verdict));
  }

  /** Kafka has what this place waits for. */
  keep(lane: Lane, place: Place, verdict: Writable): void {
    const { clock, meter } = this.#options;
    const readings = verdict.kind === "forward" ? verdict.readings : 0;
    meter.published(verdict.kind, readings);
    meter.waited(clock.monotonic() - place.since);
    if (verdict.kind === "forward") {
      if (verdict.delayMs !== undefined) meter.delayed(verdict.delayMs);
      if (verdict.serialMs !== undefined) meter.serialDelayed(verdict.serialMs);
    }
    lane.keep(place);
  }

  /** Kafka does not have it, or nobody knows. */
  fail(lane: Lane, place: Place, packet: Publication, verdict: Writable, error: CodedError): void {
    if (error.code !== "KAFKA_RECORD_REFUSED") {
      // Nobody knows whether Kafka has it: the agent sends it again, dedup drops what came twice.
      if (lane.open) this.#options.logger.warn({ ...about(lane.peer), code: error.code }, error.message);
      lane.abandon("kafka");
    } else if (verdict.kind === "forward") {
      this.#carryOut(lane, place, packet, this.#options.judge.deadLetter(packet, error));
    } else {
      const { payload } = packet;
      this.#carryOut(lane, place, packet, refused(payload, "dead-letter", "KAFKA_RECORD_REFUSED", true));
    }
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

type Writable = Exclude<Verdict, { kind: "refuse" }>;

/** A packet in the sink: one object each, without a closure, as there are tens of thousands a second. */
class Held implements Submission {
  readonly #gate: Gate;
  readonly #lane: Lane;
  readonly #place: Place;
  readonly #packet: Publication;
  readonly #verdict: Writable;

  constructor(gate: Gate, lane: Lane, place: Place, packet: Publication, verdict: Writable) {
    this.#gate = gate;
    this.#lane = lane;
    this.#place = place;
    this.#packet = packet;
    this.#verdict = verdict;
  }

  get record(): OutRecord {
    return this.#verdict.record;
  }

  wanted(): boolean {
    return this.#lane.open;
  }

  settled(error?: CodedError): void {
    if (error) this.#gate.fail(this.#lane, this.#place, this.#packet, this.#verdict, error);
    else this.#gate.keep(this.#lane, this.#place, this.#verdict);
  }
}

function about(peer: Peer): { readonly station: number; readonly client: string } {
  return { station: peer.stationId, client: peer.clientId };
}
