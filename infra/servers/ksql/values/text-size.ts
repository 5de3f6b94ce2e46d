/** No function makes a longer text: no record could carry it, and a few calls in each other would fill the memory. */
const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

/** @throws Error when a text of `length` characters is too long to be made. */
export function checkTextLength(length: number): void {
  if (length <= MAX_TEXT_LENGTH) return;
  throw new Error(`the text would have ${length} characters: ${MAX_TEXT_LENGTH} are the most`);
}

export function joined(parts: readonly string[], separator = ""): string {
  const length = parts.reduce(
    (sum, part) => sum + part.length,
    separator.length * Math.max(0, parts.length - 1),
  );
  checkTextLength(length);
  return parts.join(separator);
}
