/** A Kafka broker's address and the one its clients shall use instead; same host, other port. */
export interface Readvertise {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Rewrites a Kafka broker's advertised port in its replies, so that clients stay on a proxy.
 *
 * Metadata and FindCoordinator replies hold `host` as a string and then the port as an int32, so the reply keeps its
 * length. Replies are `int32 size, bytes`: they pass whole, because a match may be split over two chunks.
 */
export function readvertise({ host, from, to }: Readvertise): (chunk: Buffer) => Buffer {
  const pattern = Buffer.concat([Buffer.from(host, "latin1"), int32(from)]);
  const replacement = Buffer.concat([Buffer.from(host, "latin1"), int32(to)]);
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = Buffer.concat([held, chunk]);
    const whole = lengthOfWholeFrames(bytes);
    held = bytes.subarray(whole);
    const replies = bytes.subarray(0, whole);
    for (let at = replies.indexOf(pattern); at >= 0; at = replies.indexOf(pattern, at + 1)) {
      replacement.copy(replies, at);
    }
    return replies;
  };
}

function lengthOfWholeFrames(bytes: Buffer): number {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end > bytes.length) break;
    at = end;
  }
  return at;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
