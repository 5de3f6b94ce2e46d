/**
 * What a terminal obeys or a reader does not see: controls (C0 but for tab and line feed, DEL, C1, which begin escape
 * sequences), marks that turn the direction of what follows (Unicode 15, "Bidirectional Ordering Controls"), separators of
 * lines that are none, and halves of surrogate pairs.
 */
const HARMFUL = /(?![\t\n])[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const LINE_FEEDS_AND_TABS = /[\t\n]/g;

/** Text from outside as one line that is safe to print: what is harmful is shown as `\u001b`, in letters. */
export function printable(text: string): string {
  return printableLines(text).replace(LINE_FEEDS_AND_TABS, (c) => (c === "\n" ? "\\n" : "\\t"));
}

/** The same for several lines: line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(HARMFUL, escaped);
}

/** A decoded value with each text in it printable. */
export function printableDeep<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableDeep) as T;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, printableDeep(member)]),
  ) as T;
}

/** JSON text whose strings hold nothing harmful as it stands; the value that it means is the same. */
export function printableJson(json: string): string {
  // JSON escapes C0 itself.
  return json.replace(HARMFUL, escaped);
}

/** A log line (JSON) for a formatter that will unescape its strings: they then show what was harmful, in letters. */
export function doublyEscapedJson(json: string): string {
  return json
    .replace(HARMFUL, (c) => `\\${escaped(c)}`)
    .replace(/\\(?:\\|[bfr]|u00[01][0-9a-f]|u007f)/g, (sequence) =>
      sequence === "\\\\" ? sequence : `\\${sequence}`,
    );
}

function escaped(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
