/** The parts of kafkajs 2.2.4 that `idle-timers.ts` mends. */
declare module "kafkajs/src/network/requestQueue/index.js" {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

/** The part of kafkajs 2.2.4 that `produce-requests.ts` replaces. */
declare module "kafkajs/src/protocol/requests/produce/index.js" {
  import type { Message } from "kafkajs";

  export interface ProducePartition {
    readonly partition: number | string;
    readonly firstSequence?: number;
    readonly messages: readonly Message[];
  }

  export interface ProduceArguments {
    readonly transactionalId?: string | null;
    readonly acks: number;
    readonly timeout: number;
    readonly compression?: number;
    /** int64. */
    readonly producerId?: unknown;
    readonly producerEpoch?: number;
    readonly topicData: readonly {
      readonly topic: string;
      readonly partitions: readonly ProducePartition[];
    }[];
  }

  interface Exchange {
    readonly request: {
      readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
    };
    readonly response: unknown;
  }

  const Produce: {
    protocol: (of: { readonly version: number }) => (given: ProduceArguments) => Exchange;
  };
  export default Produce;
}

/** What `produce-requests.ts` is held against. */
declare module "kafkajs/src/protocol/requests/produce/v7/request.js" {
  import type { ProduceArguments } from "kafkajs/src/protocol/requests/produce/index.js";

  const request: (given: ProduceArguments) => { readonly encode: () => Promise<{ readonly buffer: Buffer }> };
  export default request;
}

/** What `outgoing.ts` spares kafkajs 2.2.4, and is held against. */
declare module "kafkajs/src/producer/groupMessagesPerPartition.js" {
  import type { Message } from "kafkajs";

  export default function group(of: {
    readonly topic: string;
    readonly partitionMetadata: readonly unknown[];
    readonly messages: readonly Message[];
    readonly partitioner: (args: { readonly message: Message }) => number;
  }): Record<string, Message[]>;
}

/** The parts of kafkajs 2.2.4 that requests of our own are written with. */
declare module "kafkajs/src/protocol/encoder.js" {
  export default class Encoder {
    readonly buffer: Buffer;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    /** Of a number, or of its decimal digits. */
    writeInt64(value: number | string): this;
    writeBoolean(value: boolean): this;
    writeUVarInt(value: number): this;
    /** COMPACT_STRING. */
    writeUVarIntString(value: string): this;
    writeBuffer(value: Buffer): this;
  }
}

declare module "kafkajs/src/protocol/decoder.js" {
  export default class Decoder {
    constructor(bytes: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readBoolean(): boolean;
    readUVarInt(): number;
    readBytes(length: number): Buffer;
    /** COMPACT_STRING or COMPACT_NULLABLE_STRING. */
    readUVarIntString(): string | null;
    /** COMPACT_ARRAY; null: a null array. */
    readUVarIntArray<T>(read: () => T): T[] | null;
    readTaggedFields(): void;
  }
}

declare module "kafkajs/src/protocol/error.js" {
  export function createErrorFromCode(code: number): Error;
}

declare module "lz4js" {
  /** A whole frame. */
  export function decompress(bytes: Uint8Array): Uint8Array;
}

declare module "snappyjs" {
  /** One block without framing. */
  export function uncompress(bytes: Buffer): Buffer;
}

/** The part of kafkajs 2.2.4 that `aborted-records.ts` mends. */
declare module "kafkajs/src/protocol/requests/fetch/index.js" {
  export interface FetchedMessage {
    readonly offset: string;
    readonly key: Buffer | null;
    isControlRecord: boolean;
    readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  }

  export interface FetchedPartition {
    abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
    readonly messages: readonly FetchedMessage[];
  }

  export interface FetchReply {
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }

  interface Exchange {
    readonly response: { readonly parse: (reply: FetchReply) => Promise<FetchReply> };
  }

  const Fetch: {
    protocol: (of: { readonly version: number }) => (given: object) => Exchange;
  };
  export default Fetch;
}
