import { STATUS_CODES } from "node:http";
import { isCoded } from "../../schemas/errors.ts";
import type { FleetEvent, FleetRefusal } from "../../schemas/fleet.ts";

/** What a client is told when something is wrong: HTTP status, body and, where trying again helps, when. */
export class EventRefusal extends Error {
  readonly status: number;
  readonly body: FleetRefusal;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: FleetRefusal, retryAfter?: number) {
    super(body.error);
    this.name = "EventRefusal";
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

const RETRY_SECONDS = 1;

export function badRequest(error: string, events?: FleetRefusal["events"]): EventRefusal {
  return new EventRefusal(400, events ? { error, events } : { error });
}

/** Numbers used twice for different events: sent again it would be refused again. */
export function conflict(events: readonly FleetEvent[], indexes: readonly number[]): EventRefusal {
  const faults = indexes.map((index) => {
    const { vehicle_id, boot, sequence } = events[index] as FleetEvent;
    const identity = `vehicle_id ${vehicle_id}, boot ${boot}, sequence ${sequence}`;
    return { index, problem: `${identity} was another event: count on, or send a new boot after a restart` };
  });
  if (events.length === 1) return new EventRefusal(409, { error: faults[0]?.problem ?? "" });
  const error = `${faults.length} of ${events.length} events have numbers of others: nothing was taken`;
  return new EventRefusal(409, { error, events: faults });
}

/** More is on its way to Kafka than this instance holds. */
export function busy(): EventRefusal {
  return new EventRefusal(429, { error: "too much at once: send it again later" }, RETRY_SECONDS);
}

/** Whether Kafka has it is unknown: sent again, it is known by its sequence number. */
export function kafkaAway(): EventRefusal {
  return new EventRefusal(503, { error: "Kafka did not acknowledge in time: send it again" }, RETRY_SECONDS);
}

/** Any error of a request as an answer; undefined for an unexpected error. */
export function refusalOf(error: unknown): EventRefusal | undefined {
  if (error instanceof EventRefusal) return error;
  if (isCoded(error, "KAFKA_UNAVAILABLE")) return kafkaAway();
  if (isCoded(error, "KAFKA_RECORD_REFUSED")) return new EventRefusal(413, { error: error.message });
  if (error instanceof Error && "status" in error && typeof error.status === "number") {
    return new EventRefusal(error.status, {
      error: error.message || (STATUS_CODES[error.status] ?? "refused"),
    });
  }
  return undefined;
}
