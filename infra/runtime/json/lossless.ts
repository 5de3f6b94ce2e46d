/**
 * JSON (RFC 8259) that keeps what `JSON.parse` loses: the digits of a number, the order of members, also of those
 * named like integers, and a member called `__proto__`.
 */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

/** A number as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Written without fraction and exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

export class JsonSyntaxError extends Error {
  /** Where in the text, in UTF-16 units from 0. */
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`${problem} at position ${position}`);
    this.name = "JsonSyntaxError";
    this.position = position;
  }
}

/** Deeper nesting is refused, so that no text can exhaust the stack (Jackson's limit). */
const MAX_DEPTH = 1000;
/** Longer numbers are refused: turning digits into a number takes more than linear time (Jackson's limit). */
const MAX_NUMBER_LENGTH = 1000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [string, null | boolean])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/**
 * One value and nothing after it. Costs linear time. Of a repeated member the last value counts, at the first's place.
 *
 * @throws {JsonSyntaxError}
 */
export function parseJson(text: string): Json {
  return new Parser(text).document();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) this.#fail("something follows the value");
    return value;
  }

  #value(depth: number): Json {
    if (depth > MAX_DEPTH) this.#fail(`nested deeper than ${MAX_DEPTH}`);
    this.#blanks();
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #object(depth: number): ReadonlyMap<string, Json> {
    const members = new Map<string, Json>();
    this.#at++;
    if (this.#take("}")) return members;
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') this.#fail("a member's name was expected");
      const name = this.#string();
      if (!this.#take(":")) this.#fail("a colon was expected");
      members.set(name, this.#value(depth + 1));
      if (this.#take("}")) return members;
      if (!this.#take(",")) this.#fail("a comma or a closing brace was expected");
    }
  }

  #array(depth: number): readonly Json[] {
    const items: Json[] = [];
    this.#at++;
    if (this.#take("]")) return items;
    for (;;) {
      items.push(this.#value(depth + 1));
      if (this.#take("]")) return items;
      if (!this.#take(",")) this.#fail("a comma or a closing bracket was expected");
    }
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (let at = start + 1; at < this.#text.length; at++) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 0x22) {
        this.#at = at + 1;
        return escaped ? this.#unescape(start) : this.#text.slice(start + 1, at);
      }
      if (unit < 0x20) {
        this.#at = at;
        this.#fail("a control character in a string");
      }
      if (unit === 0x5c) {
        escaped = true;
        at++;
      }
    }
    this.#at = this.#text.length;
    return this.#fail("the text ends inside a string");
  }

  #unescape(start: number): string {
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      this.#at = start;
      return this.#fail("an unknown escape in the string");
    }
  }

  #number(): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) return this.#fail(this.#at < this.#text.length ? "no JSON value" : "the text ends too early");
    if (match[0].length > MAX_NUMBER_LENGTH)
      this.#fail(`a number of more than ${MAX_NUMBER_LENGTH} characters`);
    this.#at = NUMBER.lastIndex;
    return new JsonNumber(match[0]);
  }

  #take(mark: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #blanks(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #fail(problem: string): never {
    throw new JsonSyntaxError(problem, this.#at);
  }
}

/**
 * Compact JSON text, members in order.
 *
 * @param number - how to write a number; as it was read unless told otherwise.
 */
export function writeJson(value: Json, number: (value: JsonNumber) => string = (n) => n.text): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof JsonNumber) return number(value);
  if (isJsonArray(value)) return `[${value.map((item) => writeJson(item, number)).join(",")}]`;
  const members = [...value].map(([name, item]) => `${JSON.stringify(name)}:${writeJson(item, number)}`);
  return `{${members.join(",")}}`;
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

/** The plain JavaScript value; integers beyond 2^53 become bigint, so that none loses a digit. */
export function plainOf(value: Json): unknown {
  if (value instanceof JsonNumber) {
    const number = Number(value.text);
    return value.isInteger && !Number.isSafeInteger(number) ? BigInt(value.text) : number;
  }
  if (isJsonArray(value)) return value.map(plainOf);
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([name, item]) => [name, plainOf(item)]));
  return value;
}
