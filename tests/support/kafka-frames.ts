/**
 * Kafka's framing: `int32 size, bytes`. A request begins with `int16 api key, int16 version, int32 correlation id`, a
 * reply with the correlation id; on one connection replies come in the order of the requests.
 */
const SIZE = 4;

/** Requests that the tests tell apart, by their API keys. */
export const KAFKA_API = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  InitProducerId: 22,
  TxnOffsetCommit: 28,
  EndTxn: 26,
} as const;

export type KafkaApi = keyof typeof KAFKA_API;

const NAMES = new Map<number, KafkaApi>(
  Object.entries(KAFKA_API).map(([name, key]) => [key, name as KafkaApi]),
);

export interface RequestHead {
  /** undefined: one of those that no test asks about. */
  readonly api: KafkaApi | undefined;
  readonly correlationId: number;
}

/** Cuts a byte stream into whole frames, their size in front; what is incomplete waits for the next chunk. */
export class Frames {
  #held: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const frames: Buffer[] = [];
    let at = 0;
    while (at + SIZE <= bytes.length) {
      const end = at + SIZE + Math.max(0, bytes.readInt32BE(at));
      if (end > bytes.length) break;
      frames.push(bytes.subarray(at, end));
      at = end;
    }
    this.#held = bytes.subarray(at);
    return frames;
  }
}

export function headOf(request: Buffer): RequestHead {
  return {
    api: NAMES.get(request.readInt16BE(SIZE)),
    correlationId: request.readInt32BE(SIZE + 4),
  };
}

export function correlationIdOf(reply: Buffer): number {
  return reply.readInt32BE(SIZE);
}

/** A broker's address, and the port its clients shall use instead; same host. */
export interface Readvertise {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Rewrites a broker's advertised port in a reply, in place, so that clients stay on a proxy: Metadata and
 * FindCoordinator replies hold `host` as a string and then the port as an int32, so the reply keeps its length.
 */
export function readvertise(reply: Buffer, { host, from, to }: Readvertise): void {
  const pattern = Buffer.concat([Buffer.from(host, "latin1"), int32(from)]);
  for (let at = reply.indexOf(pattern); at >= 0; at = reply.indexOf(pattern, at + 1)) {
    reply.writeInt32BE(to, at + host.length);
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
