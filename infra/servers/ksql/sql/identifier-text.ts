/**
 * The name that a client gave outside SQL: in upper case unless it is quoted, in back-ticks or double quotes. A quote
 * within is doubled (ksqlDB's `Identifiers`).
 *
 * @throws Error with ksqlDB's reason for quotes that do not match.
 */
export function identifierText(name: string): string {
  const quote = name[0] ?? "";
  if (quote !== "`" && quote !== '"') return name.toUpperCase();
  if (name.length < 2 || !name.endsWith(quote)) throw new Error("Expected matching quote at end of value");
  const end = name.length - 1;
  for (let at = 1; at < end; at++) {
    if (name[at] !== quote) continue;
    if (at + 1 === end || name[at + 1] !== quote) {
      throw new Error(`Un-escaped quote in middle of value at index ${at}`);
    }
    at++;
  }
  return name.slice(1, end).replaceAll(quote + quote, quote);
}
