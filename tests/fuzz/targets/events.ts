import { parseEvents } from "../../../gateway/http/parse.ts";
import { EventRefusal } from "../../../gateway/http/refusal.ts";
import { RestError } from "../../../infra/runtime/http/errors.ts";
import { FLEET_LIMITS } from "../../../schemas/fleet.ts";
import { refusing, type Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const NOW = Date.UTC(2026, 0, 1);
const event = (i: number, metadata = '{"door":"open","load":0.5}'): string =>
  `{"vehicle_id":"bus-${i}","sequence":${i + 1},"time":"2026-01-01T00:00:00Z","lat":41.8,"lon":-87.6,"speed":12.5,"heading":90,"battery":80,"metadata":${metadata}}`;
const refused = (error: unknown): boolean => error instanceof EventRefusal || error instanceof RestError;

export const events: Target = {
  name: "events",
  about: "what vehicles post to /events, as JSON",
  maxBytes: FLEET_LIMITS.batchBytes,
  corpus: texts(event(1), `[${event(1)},${event(2)}]`),
  families: {
    "n events": (n) => Buffer.from(`[${repeated(n, event)}]`),
    "n entries of metadata": (n) => Buffer.from(event(1, `{${repeated(n, (i) => `"m${i}":${i}`)}}`)),
    "n fields that there are not": (n) =>
      Buffer.from(event(1).replace("{", `{${repeated(n, (i) => `"x${i}":1`)},`)),
  },
  take: (input) => refusing(() => parseEvents(input, "application/json", NOW), refused),
};

export const eventForms: Target = {
  name: "event-forms",
  about: "what vehicles post to /events, as a form",
  maxBytes: FLEET_LIMITS.batchBytes,
  corpus: texts(
    "vehicle_id=bus-1&sequence=1&time=2026-01-01T00%3A00%3A00Z&lat=41.8&lon=-87.6&speed=1&heading=2&battery=3&metadata.door=open",
  ),
  take: (input) => refusing(() => parseEvents(input, "application/x-www-form-urlencoded", NOW), refused),
};
