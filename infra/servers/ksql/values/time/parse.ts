import { valueAt } from "./names.ts";
import {
  type Element,
  elementsOf,
  type NumberElement,
  type OffsetLayout,
  type TimeField,
} from "./pattern.ts";
import { fixedZone, idBehind, type Zone, zoneFor } from "./zone.ts";

/** What a text says by a pattern. */
export interface Parsed {
  readonly fields: ReadonlyMap<TimeField, number>;
  /** The zone that stands in the text, or its offset. */
  readonly zone: Zone | undefined;
}

interface State {
  fields: Map<TimeField, number>;
  zone: Zone | undefined;
  offset: Zone | undefined;
}

/**
 * What a text says by a pattern of Java's `DateTimeFormatter`, in any case, as its strict parser reads it. Nothing is
 * checked yet but that each field has one value.
 *
 * @throws Error when the text does not fit, or Java takes the pattern for wrong.
 */
export function parseWith(pattern: string, text: string): Parsed {
  const state: State = { fields: new Map(), zone: undefined, offset: undefined };
  const { at, failed } = parseAll(elementsOf(pattern), text, 0, state);
  if (failed) throw new Error(`Text '${text}' could not be parsed at index ${at}`);
  if (at < text.length)
    throw new Error(`Text '${text}' could not be parsed, unparsed text found at index ${at}`);
  return { fields: state.fields, zone: state.zone ?? state.offset };
}

interface Step {
  readonly at: number;
  readonly failed: boolean;
}

const ok = (at: number): Step => ({ at, failed: false });
const failure = (at: number): Step => ({ at, failed: true });

function parseAll(elements: readonly Element[], text: string, from: number, state: State): Step {
  let at = from;
  for (const element of elements) {
    const step = parseOne(element, text, at, state);
    if (step.failed) return step;
    at = step.at;
  }
  return ok(at);
}

function parseOne(element: Element, text: string, at: number, state: State): Step {
  switch (element.kind) {
    case "literal": {
      const found = text.slice(at, at + element.text.length);
      return found.toLowerCase() === element.text.toLowerCase() ? ok(at + found.length) : failure(at);
    }
    case "optional": {
      const inner: State = { ...state, fields: new Map(state.fields) };
      const step = parseAll(element.elements, text, at, inner);
      if (step.failed) return ok(at);
      Object.assign(state, inner);
      return step;
    }
    case "text": {
      const found = valueAt(text, at, element.field, element.style);
      return found && put(state, element.field, found.value) ? ok(found.end) : failure(at);
    }
    case "number":
      return parseNumber(element, text, at, state);
    case "offset":
      return parseOffset(element, text, at, state);
    case "zone":
      return parseZone(element.as, text, at, state);
  }
}

/** false: the field has another value already. */
function put({ fields }: State, field: TimeField, value: number): boolean {
  const before = fields.get(field);
  fields.set(field, value);
  return before === undefined || before === value;
}

/** As `DateTimeFormatterBuilder.NumberPrinterParser.parse`, in strict mode. */
function parseNumber(element: NumberElement, text: string, at: number, state: State): Step {
  const { field, min, max, sign, reduced, fraction, subsequent } = element;
  const mark = text[at];
  const signed = mark === "-" || (mark === "+" && sign === "exceeds");
  if ((mark === "+" || mark === "-") && (!signed || sign === "never")) return failure(at);
  const start = signed ? at + 1 : at;
  const digits = (most: number): number => {
    let end = start;
    while (end < text.length && end - start < most && /\d/.test(text[end] ?? "")) end++;
    return end - start;
  };
  let length = digits(max + subsequent);
  if (subsequent > 0) length = digits(Math.max(min, length - subsequent));
  if (length < min) return failure(at);
  const value = BigInt(text.slice(start, start + length));
  if (mark === "-" && value === 0n) return failure(at);
  if (mark === "+" && length <= min) return failure(at);
  if (!signed && sign === "exceeds" && length > min) return failure(at);
  const end = start + length;
  const number = Number(mark === "-" ? -value : value);
  if (!Number.isSafeInteger(number)) return failure(at);
  const meant = reduced ? 2000 + number : fraction ? number * 10 ** (9 - length) : number;
  return put(state, field, meant) ? ok(end) : failure(end);
}

const LAYOUT: Readonly<Record<OffsetLayout, RegExp>> = {
  "+HHmm": /^([+-])(\d\d)([0-5]\d)?/,
  "+HHMM": /^([+-])(\d\d)([0-5]\d)/,
  "+HH:MM": /^([+-])(\d\d):([0-5]\d)/,
  "+HHMMss": /^([+-])(\d\d)([0-5]\d)([0-5]\d)?/,
  "+HH:MM:ss": /^([+-])(\d\d):([0-5]\d)(?::([0-5]\d))?/,
};

function parseOffset(
  { layout, zero }: Extract<Element, { kind: "offset" }>,
  text: string,
  at: number,
  state: State,
): Step {
  if (text.slice(at, at + zero.length).toLowerCase() === zero.toLowerCase()) {
    state.offset = fixedZone(0);
    return ok(at + zero.length);
  }
  const [all, sign, hours, minutes = "0", rest = "0"] = LAYOUT[layout].exec(text.slice(at, at + 9)) ?? [];
  if (all === undefined) return failure(at);
  const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  if (seconds > 18 * 3600) throw new Error("Zone offset not in valid range: -18:00 to +18:00");
  state.offset = fixedZone(sign === "-" ? -seconds : seconds);
  return ok(at + all.length);
}

/** An offset in a zone's place is written out. */
const OTHER_OFFSET = /^(UTC|GMT|UT)?[+-](?!\d\d:\d\d(:\d\d)?$)/i;

/** The longest name of a zone that stands here. */
function parseZone(as: "id" | "short" | "full", text: string, at: number, state: State): Step {
  const [name = ""] = /^[A-Za-z0-9/_+\-:.~]{0,64}/.exec(text.slice(at, at + 64)) ?? [];
  for (let length = name.length; length > 0; length--) {
    const part = name.slice(0, length);
    const id = part === "z" ? "Z" : as === "id" ? part : idBehind(part);
    const zone = OTHER_OFFSET.test(id) ? undefined : zoneFor(id);
    if (!zone) continue;
    state.zone = zone;
    return ok(at + length);
  }
  return failure(at);
}
