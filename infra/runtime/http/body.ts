import type { IncomingHttpHeaders } from "node:http";
import { RestError } from "./errors.ts";

/**
 * A body that is too large is read to its end, and forgotten, up to this many times the limit: a connection closed on
 * a client that still sends would take the answer down with it.
 */
const DISCARDED = 8;

/** Of HTTP/1.1 or HTTP/2. */
type Request = AsyncIterable<Buffer> & { readonly headers: IncomingHttpHeaders };

/**
 * The whole body, at most `limit` bytes.
 *
 * @param discarded - up to how many bytes one that is too large is read on.
 * @throws {RestError} 413
 */
export async function readBody(
  request: Request,
  limit: number,
  discarded = limit * DISCARDED,
): Promise<Buffer> {
  const tooLarge = new RestError(413, 413, `the body is larger than ${limit} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > discarded) throw tooLarge;
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > discarded) throw tooLarge;
    if (length > limit) chunks = [];
    else chunks.push(chunk);
  }
  if (length > limit) throw tooLarge;
  return Buffer.concat(chunks, length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws {RestError} 400 when the bytes are not UTF-8. */
export function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new RestError(400, 400, "the body is not UTF-8");
  }
}
