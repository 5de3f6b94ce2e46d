import { type PlacedSpan, spanOf } from "./spans.ts";

/** Packet types of MQTT 3.1.1, in the high half of the first byte [MQTT 2.2.1]. */
const PUBLISH = 3;
const PUBACK = 4;
/** PUBLISH with QoS 1, not a repetition, not retained [MQTT 3.3.1]. */
const FIRST_BYTE = (PUBLISH << 4) | (1 << 1);

/** A PUBLISH of QoS 1, sent for the first time. @param packetId - 1 to 65535. */
export function publishPacket(topic: string, packetId: number, payload: Buffer): Buffer {
  const name = Buffer.from(topic, "utf8");
  const head = Buffer.alloc(2 + name.length + 2);
  head.writeUInt16BE(name.length, 0);
  name.copy(head, 2);
  head.writeUInt16BE(packetId, 2 + name.length);
  return Buffer.concat([
    Buffer.from([FIRST_BYTE, ...remainingLength(head.length + payload.length)]),
    head,
    payload,
  ]);
}

export function pubackPacket(packetId: number): Buffer {
  return Buffer.from([PUBACK << 4, 2, packetId >> 8, packetId & 0xff]);
}

/** Seven bits a byte, the least significant first; a set high bit says that more follow [MQTT 2.2.3]. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest >= 0x80;
    bytes.push((rest % 0x80) + (more ? 0x80 : 0));
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  return bytes;
}

/**
 * A PUBLISH of QoS 1 or 2, or a PUBACK, annotated.
 *
 * @param payload - annotates the payload; its offsets are those of the packet.
 * @throws {RangeError} it is neither.
 */
export function annotatePacket(
  packet: Buffer,
  payload: (packet: Buffer, at: number) => readonly PlacedSpan[],
): readonly PlacedSpan[] {
  const first = packet.readUInt8(0);
  const { length, at } = lengthAt(packet, 1);
  if (at + length !== packet.length) throw new RangeError(`${packet.length - at} bytes, not ${length}`);
  const head = [fixedHeader(packet, first), remaining(packet, at, length)];
  if (first >> 4 === PUBACK) return [...head, packetIdAt(packet, at)];
  if (first >> 4 !== PUBLISH || ((first >> 1) & 3) === 0) throw new RangeError("no PUBLISH with a packet id");
  const size = packet.readUInt16BE(at);
  const behind = at + 2 + size;
  return [
    ...head,
    spanOf(packet, at, at + 2, {
      kind: "frame",
      name: "topic length",
      value: String(size),
      meaning: "How many bytes the topic's name has.",
    }),
    spanOf(packet, at + 2, behind, {
      kind: "field",
      name: "topic",
      value: packet.toString("utf8", at + 2, behind),
      meaning: "What it is about. An agent may publish under its own station only.",
    }),
    packetIdAt(packet, behind),
    ...payload(packet, behind + 2),
  ];
}

function fixedHeader(packet: Buffer, first: number): PlacedSpan {
  const publish = first >> 4 === PUBLISH;
  const flags = publish
    ? `QoS ${(first >> 1) & 3}${first & 8 ? ", DUP" : ""}${first & 1 ? ", retained" : ""}`
    : "";
  const meaning = publish
    ? "QoS 1: the sender keeps it until a PUBACK with the same packet id comes, and sends it again otherwise."
    : "The answer to a PUBLISH: its sender may forget it.";
  return spanOf(packet, 0, 1, {
    kind: "frame",
    name: "packet type",
    value: publish ? `PUBLISH, ${flags}` : "PUBACK",
    meaning,
  });
}

function remaining(packet: Buffer, at: number, length: number): PlacedSpan {
  return spanOf(packet, 1, at, {
    kind: "frame",
    name: "remaining length",
    value: String(length),
    meaning: "How many bytes follow: seven bits of each byte, the high bit says that another one comes.",
  });
}

function packetIdAt(packet: Buffer, at: number): PlacedSpan {
  return spanOf(packet, at, at + 2, {
    kind: "frame",
    name: "packet id",
    value: String(packet.readUInt16BE(at)),
    meaning: "Names this PUBLISH on its connection; its PUBACK has the same.",
  });
}

function lengthAt(packet: Buffer, from: number): { readonly length: number; readonly at: number } {
  let length = 0;
  let scale = 1;
  for (let at = from; at < from + 4; at++, scale *= 0x80) {
    const byte = packet.readUInt8(at);
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw new RangeError("a remaining length of more than four bytes");
}
