const TEXT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** RFC 4648 §4, with or without padding at the end: what Java's basic decoder takes. */
export function isBase64(text: string): boolean {
  return TEXT.test(text);
}
