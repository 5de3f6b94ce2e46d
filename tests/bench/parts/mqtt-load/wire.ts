/**
 * As much of MQTT 3.1.1 as clients need that connect, publish with QoS 1 and count their PUBACKs: a whole client library
 * would cost more than the broker that is measured.
 */
const CONNACK = 0x20;
const PUBACK = 0x40;
const PINGRESP = 0xd0;

/** CONNECT with a clean session, a name and no password. */
export function connectPacket(name: string, keepaliveS: number): Buffer {
  const body = Buffer.concat([
    field("MQTT"),
    // Protocol level 4; username, clean session.
    Buffer.from([4, 0x82, keepaliveS >> 8, keepaliveS & 0xff]),
    field(name),
    field(name),
  ]);
  return Buffer.concat([header(0x10, body.length), body]);
}

/** PUBLISH with QoS 1. @param id - 1 … 65535. */
export function publishPacket(topic: Buffer, id: number, payload: Buffer): Buffer {
  const length = 2 + topic.length + 2 + payload.length;
  const head = header(0x32, length);
  const packet = Buffer.allocUnsafe(head.length + length);
  head.copy(packet, 0);
  let at = packet.writeUInt16BE(topic.length, head.length);
  at += topic.copy(packet, at);
  at = packet.writeUInt16BE(id, at);
  payload.copy(packet, at);
  return packet;
}

/**
 * Reads what a broker says to such a client, however it is cut into chunks.
 *
 * @throws Error for a refused CONNECT, a PUBACK out of order [MQTT-4.6.0-2], or any packet that is not expected.
 */
export class AnswerReader {
  readonly #onConnected: () => void;
  readonly #onAcknowledged: () => void;
  #kept = Buffer.alloc(0);
  #next = 1;

  /** @param onAcknowledged - called for each PUBACK, in order. */
  constructor(onConnected: () => void, onAcknowledged: () => void) {
    this.#onConnected = onConnected;
    this.#onAcknowledged = onAcknowledged;
  }

  read(chunk: Buffer): void {
    const bytes = this.#kept.length > 0 ? Buffer.concat([this.#kept, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const type = bytes[at];
      if (type === undefined) break;
      const length = type === PINGRESP ? 2 : 4;
      if (at + length > bytes.length) break;
      this.#packet(type, bytes, at);
      at += length;
    }
    this.#kept = Buffer.from(bytes.subarray(at));
  }

  #packet(type: number, bytes: Buffer, at: number): void {
    if (type === PUBACK) {
      const id = bytes.readUInt16BE(at + 2);
      if (id !== this.#next) throw new Error(`PUBACK ${id} came where ${this.#next} was due`);
      this.#next = nextId(id);
      this.#onAcknowledged();
    } else if (type === CONNACK) {
      if (bytes[at + 3] !== 0) throw new Error(`CONNECT was refused with ${bytes[at + 3]}`);
      this.#onConnected();
    } else if (type !== PINGRESP) throw new Error(`a packet of type ${type} was not expected`);
  }
}

/** Packet ids go round from 65535 to 1; 0 is none [MQTT-2.3.1-1]. */
export function nextId(id: number): number {
  return id === 0xffff ? 1 : id + 1;
}

function header(first: number, length: number): Buffer {
  const bytes = [first];
  let left = length;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.from(bytes);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
