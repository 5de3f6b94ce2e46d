const TEXT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * Base64 of RFC 4648 §4, with or without padding at the end: what Java's basic decoder takes.
 *
 * @throws Error for any other text, of which Node would leave out what it does not know.
 */
export function bytesOfBase64(text: string): Buffer {
  if (!TEXT.test(text)) throw new Error("the text is not Base64");
  return Buffer.from(text, "base64");
}
