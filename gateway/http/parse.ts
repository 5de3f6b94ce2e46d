import { textOf } from "../../infra/runtime/http/body.ts";
import { mediaTypeOf } from "../../infra/runtime/http/media.ts";
import { messageOf } from "../../schemas/errors.ts";
import { checkFleetEvent, FLEET_LIMITS, type FleetEvent } from "../../schemas/fleet.ts";
import { formValue } from "./form.ts";
import { badRequest, EventRefusal } from "./refusal.ts";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** What `POST /events` takes. */
type MediaType = typeof JSON_TYPE | typeof FORM_TYPE;

/** @throws {Refusal} 415 */
export function takenMediaType(header: string | undefined): MediaType {
  const type = mediaTypeOf(header);
  if (type === JSON_TYPE || type === FORM_TYPE) return type;
  throw new EventRefusal(415, { error: `send ${JSON_TYPE} or ${FORM_TYPE}` });
}

/**
 * The events of a body: of a `[…]` all, or none when one of them is at fault.
 *
 * @param now - epoch ms.
 * @throws {Refusal} 400 that says what is wrong with which event; 413
 */
export function parseEvents(body: Buffer, type: MediaType, now: number): readonly FleetEvent[] {
  const value = decoded(body, type);
  if (Array.isArray(value)) return batch(value, now);
  if (body.length > FLEET_LIMITS.eventBytes) {
    throw new EventRefusal(413, { error: `an event has at most ${FLEET_LIMITS.eventBytes} bytes` });
  }
  const checked = checkFleetEvent(value, now);
  if (!checked.ok) throw badRequest(checked.problem);
  return [checked.value];
}

function decoded(body: Buffer, type: MediaType): unknown {
  const text = textOf(body);
  try {
    return type === FORM_TYPE ? formValue(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(type === FORM_TYPE ? messageOf(error) : "the body is not JSON");
  }
}

function batch(values: readonly unknown[], now: number): readonly FleetEvent[] {
  if (values.length > FLEET_LIMITS.batchEvents) {
    throw new EventRefusal(413, { error: `at most ${FLEET_LIMITS.batchEvents} events at once` });
  }
  const events: FleetEvent[] = [];
  const faults: { index: number; problem: string }[] = [];
  for (const [index, value] of values.entries()) {
    const checked = checkFleetEvent(value, now);
    if (checked.ok) events.push(checked.value);
    else faults.push({ index, problem: checked.problem });
  }
  if (faults.length > 0) {
    throw badRequest(`${faults.length} of ${values.length} events are wrong: nothing was taken`, faults);
  }
  return events;
}
