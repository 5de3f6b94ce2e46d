import { flexible, type ProtocolRequest, readEach, tagged, writeEach } from "./flexible.ts";

export const METADATA = { key: 3, name: "Metadata", version: 12 } as const;

interface PartitionMetadata {
  readonly errorCode: number;
  readonly partition: number;
  /** -1: none. */
  readonly leader: number;
  /** One more with each election; -1: not known. */
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly errorCode: number;
  readonly topic: string;
  /** 32 hexadecimal digits; another one for each topic that was ever made, also under the same name (KIP-516). */
  readonly topicId: string;
  readonly partitions: readonly PartitionMetadata[];
}

const UUID_BYTES = 16;
const NO_ID = Buffer.alloc(UUID_BYTES);

/** Metadata, version 12: kafkajs 2.2.4 knows the versions before topics had ids. */
export function metadataRequest(
  topics: readonly string[],
): ProtocolRequest<{ readonly topics: readonly TopicMetadata[] }> {
  return flexible(
    METADATA,
    (body) => {
      writeEach(body, topics, (topic) => {
        body.writeBuffer(NO_ID).writeUVarIntString(topic);
        tagged(body);
      });
      // Create none, and leave out what the caller may do.
      body.writeBoolean(false).writeBoolean(false);
    },
    (reply) => {
      reply.readInt32();
      readEach(reply, () => {
        reply.readInt32();
        reply.readUVarIntString();
        reply.readInt32();
        reply.readUVarIntString();
      });
      reply.readUVarIntString();
      reply.readInt32();
      return {
        topics: readEach(reply, () => {
          const errorCode = reply.readInt16();
          const topic = reply.readUVarIntString() ?? "";
          const topicId = reply.readBytes(UUID_BYTES).toString("hex");
          reply.readBoolean();
          const partitions = readEach(reply, () => {
            const metadata = {
              errorCode: reply.readInt16(),
              partition: reply.readInt32(),
              leader: reply.readInt32(),
              leaderEpoch: reply.readInt32(),
            };
            for (let lists = 0; lists < 3; lists++) reply.readUVarIntArray(() => reply.readInt32());
            return metadata;
          });
          reply.readInt32();
          return { errorCode, topic, topicId, partitions };
        }),
      };
    },
  );
}
