import type { IncomingMessage } from "node:http";
import { RestError } from "./errors.ts";

/**
 * The whole body, at most `limit` bytes.
 *
 * @throws {RestError} 413 as soon as the limit is passed: the rest is not read.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): RestError => new RestError(413, 413, `the body is larger than ${limit} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
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
