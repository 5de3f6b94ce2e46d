import Decoder from "kafkajs/src/protocol/decoder.js";
import Encoder from "kafkajs/src/protocol/encoder.js";

/** A request that kafkajs sends over its connections, and how its reply is read. */
export interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    readonly encode: () => Promise<Encoder>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<T>;
    parse(reply: T): Promise<T>;
  };
}

interface Api {
  readonly key: number;
  readonly name: string;
  readonly version: number;
}

/**
 * A request in the flexible encoding (KIP-482), which kafkajs 2.2.4 knows the parts of but not the headers: request
 * header 2 and response header 1 end with tagged fields, which here begin the body.
 *
 * @param write - the body, without the tagged fields at its end.
 * @param read - the body of the reply; what follows is left unread.
 */
export function flexible<T extends object>(
  api: Api,
  write: (body: Encoder) => void,
  read: (reply: Decoder) => T,
): ProtocolRequest<T> {
  return {
    request: {
      apiKey: api.key,
      apiName: api.name,
      apiVersion: api.version,
      async encode() {
        const body = tagged(new Encoder());
        write(body);
        return tagged(body);
      },
    },
    response: {
      async decode(payload) {
        const reply = new Decoder(payload);
        reply.readTaggedFields();
        return read(reply);
      },
      parse: async (reply) => reply,
    },
  };
}

/** No tagged fields: the end of every structure of ours. */
export function tagged(body: Encoder): Encoder {
  return body.writeUVarInt(0);
}

/** A compact array of structures. */
export function writeEach<T>(body: Encoder, items: readonly T[], write: (item: T) => void): void {
  body.writeUVarInt(items.length + 1);
  for (const item of items) write(item);
}

/** A compact array of structures with tagged fields at their ends. */
export function readEach<T>(reply: Decoder, read: () => T): readonly T[] {
  return (
    reply.readUVarIntArray(() => {
      const item = read();
      reply.readTaggedFields();
      return item;
    }) ?? []
  );
}

/** An int64 that is below 2^53: an offset, a producer id, a time. */
export function readInt64(reply: Decoder): number {
  return Number(reply.readInt64().toString());
}
