import { RestError } from "./errors.ts";

/**
 * Lines of a text that comes in chunks, without their ends; each character is looked at once.
 *
 * @param limit - characters of a line, at most.
 * @throws {RestError} 413
 */
export async function* linesOf(chunks: AsyncIterable<string>, limit: number): AsyncIterable<string> {
  let parts: string[] = [];
  let length = 0;
  const add = (part: string): void => {
    length += part.length;
    if (length > limit) throw new RestError(413, 413, `a line is longer than ${limit} characters`);
    parts.push(part);
  };
  const taken = (): string => {
    const line = parts.join("");
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      add(chunk.slice(from, end));
      yield taken();
      from = end + 1;
    }
    add(chunk.slice(from));
  }
  const last = taken();
  if (last.trim() !== "") yield last;
}
