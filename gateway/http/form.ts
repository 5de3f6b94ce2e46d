const NUMBERS = new Set(["boot", "sequence", "lat", "lon", "speed", "heading", "battery"]);
const DECIMAL = /^-?\d+(\.\d+)?$/;

/**
 * A form body (`application/x-www-form-urlencoded`) as the value that the same event has in JSON: numbers where the
 * schema has numbers, and `metadata.<name>=text` for each entry of the metadata. What is no number stays text, for the
 * schema to refuse.
 *
 * @throws {TypeError} when a field is given twice.
 */
export function formValue(text: string): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  const metadata = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const entry = name.startsWith("metadata.") ? name.slice("metadata.".length) : undefined;
    const given = entry === undefined ? fields.has(name) : metadata.has(entry);
    if (given) throw new TypeError(`${name} is given twice`);
    if (entry !== undefined) metadata.set(entry, value);
    else fields.set(name, NUMBERS.has(name) && DECIMAL.test(value) ? Number(value) : value);
  }
  if (metadata.size > 0) fields.set("metadata", Object.fromEntries(metadata));
  return Object.fromEntries(fields);
}
