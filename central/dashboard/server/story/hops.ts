import type { StoryHop, StoryHopName } from "../../../../schemas/page/story.ts";

/** What is told of a hop, whatever reading passes it. */
export type HopWords = Pick<StoryHop, "title" | "what" | "promise" | "rule" | "code">;

export const HOP_WORDS: Readonly<Record<StoryHopName, HopWords>> = {
  ring: {
    title: "The device counts",
    what: "Somebody walks through, and the device writes the entry into its own memory, a ring of 65,536 places. Only then does the entry get its number.",
    promise: "The device keeps it until somebody else has it on disk. Pull its plug: it goes on counting.",
    rule: 1,
    code: ["firmware-sim/device/ring.ts", "firmware-sim/device/identity.ts"],
  },
  line: {
    title: "Over the serial line",
    what: "The device sends the entry as one frame, byte by byte, over a wire that may lose or flip any of them. It sends the frame again until an answer comes.",
    promise: "A damaged frame is recognised by its checksum and never believed.",
    rule: 1,
    code: ["schemas/wire/codec.ts", "schemas/wire/cobs.ts", "edge/serial/step.ts"],
  },
  disk: {
    title: "On the agent's disk",
    what: "The station's agent, a small computer, writes the entry to its disk, and only then answers the device with ACK. Now the device may forget it.",
    promise: "ACK means: on disk. A repeated frame is recognised by its number and stored once.",
    rule: 2,
    code: ["edge/outbox/outbox-store.ts", "edge/outbox/group.ts"],
  },
  mqtt: {
    title: "By MQTT to the gateway",
    what: "The agent packs up to 256 entries into one message (PUBLISH) and sends it over the network. It keeps them until the gateway answers with PUBACK.",
    promise: "PUBACK leaves only after Kafka has the message. No answer? The agent sends it again.",
    rule: 4,
    code: ["edge/uplink/uplink.ts", "gateway/bridge/publish-gate.ts"],
  },
  raw: {
    title: "A record in Kafka: the raw topic",
    what: "Kafka is a log: records are only added at its end, and each has a fixed place, its offset. The gateway adds the message as it came, with the id of its schema in front.",
    promise:
      "Kafka acknowledged it (acks=all): it is in the log. It may be there twice, if an answer was lost on the way.",
    rule: 4,
    code: ["gateway/sink/kafka-sink.ts", "schemas/avro/reading-batch.avsc"],
  },
  clean: {
    title: "Once: the clean topic",
    what: "A program called dedup reads the raw log and knows which numbers it has seen of each device. An entry with a new number becomes one clean record; one it has seen is dropped.",
    promise: "Record, memory and position are written in one transaction: all three, or none of them.",
    rule: 6,
    code: ["central/dedup/station.ts", "central/dedup/clean-records.ts"],
  },
  sum: {
    title: "Added up: a row of ksql",
    what: "A query in SQL counts the clean records of each station, one row a station. Here is the first row that this server saw with the entry in it.",
    promise: "The row says up to which offset it has counted, so nobody needs to guess.",
    rule: 7,
    code: ["central/ksql/turnstile.ksql", "infra/servers/ksql/engine/change-source.ts"],
  },
  proof: {
    title: "Checked, and on your screen",
    what: "An auditor that shares no code with the others reads all of this again and compares each number. The total that you see is then the number of people who walked through.",
    promise:
      "If one entry were lost or counted twice, the page would name it, with the records that show it.",
    rule: 9,
    code: ["central/audit/core/device.ts", "central/dashboard/web/state/drawn.ts"],
  },
};
