import { crc32 } from "node:zlib";
import { CodedError } from "../errors.ts";
import { LINES } from "../network/network.ts";
import { type ArrivalEvent, MAX_COUNT, TRAIN_STATUSES } from "../readings.ts";
import { cobsEncode } from "./cobs.ts";
import {
  FRAME_TYPES,
  type Frame,
  MAX_DEVICE_ID_BYTES,
  MAX_FRAME_BYTES,
  MAX_PENDING_BOOTS,
  NAK_REASONS,
  type PendingBoot,
  WIRE_VERSION,
} from "./frame.ts";

/** ASCII without space and controls: what a device id or a train id is made of. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * Frame layout, integers little-endian: version u8, type u8, device id (u8 length, ASCII), fields of the type in the
 * order of its interface, CRC-32 (IEEE 802.3, as zlib) over all before it. u64 fields end at `MAX_COUNT`.
 */
class Writer {
  readonly #buffer = Buffer.allocUnsafe(MAX_FRAME_BYTES);
  #at = 0;

  /** Begin the next frame: what `sealed` returned before is overwritten. */
  reset(): this {
    this.#at = 0;
    return this;
  }
  u8(value: number): this {
    // An index of −1 means that a word is not one of its list.
    if (value < 0 || value > 0xff) throw invalid(`${value} does not fit a byte`);
    this.#at = this.#buffer.writeUInt8(value, this.#at);
    return this;
  }
  u32(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
      throw invalid(`${value} is no integer from 0 to 2^32 − 1`);
    }
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
    return this;
  }
  u64(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > MAX_COUNT) throw invalid(`${value} is no count`);
    this.#at = this.#buffer.writeUInt32LE(value % 0x1_0000_0000, this.#at);
    this.#at = this.#buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), this.#at);
    return this;
  }
  text(value: string): this {
    if (value.length === 0 || value.length > MAX_DEVICE_ID_BYTES || !PRINTABLE.test(value)) {
      throw invalid(`"${value}" is not 1 to ${MAX_DEVICE_ID_BYTES} printable ASCII characters`);
    }
    this.u8(value.length);
    this.#at += this.#buffer.write(value, this.#at, "latin1");
    return this;
  }
  /** The frame's bytes with their CRC-32. */
  sealed(): Buffer {
    this.u32(crc32(this.#buffer.subarray(0, this.#at)));
    return this.#buffer.subarray(0, this.#at);
  }
}

/** One for all frames: encoding is synchronous and its result is copied by COBS. */
const writer = new Writer();

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }
  u8(): number {
    const value = this.#buffer.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }
  u32(): number {
    const value = this.#buffer.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }
  u64(): number {
    const value = this.u32() + this.u32() * 0x1_0000_0000;
    if (value > MAX_COUNT) throw invalid(`${value} exceeds ${MAX_COUNT}`);
    return value;
  }
  text(): string {
    const length = this.u8();
    if (length === 0 || length > MAX_DEVICE_ID_BYTES || this.#at + length > this.#buffer.length) {
      throw invalid(`a text of ${length} bytes`);
    }
    const value = this.#buffer.toString("latin1", this.#at, this.#at + length);
    if (!PRINTABLE.test(value)) throw invalid("a text that is not printable ASCII");
    this.#at += length;
    return value;
  }
  get atEnd(): boolean {
    return this.#at === this.#buffer.length;
  }
  end(): void {
    if (!this.atEnd) throw invalid(`${this.#buffer.length - this.#at} bytes too many`);
  }
}

function invalid(what: string): CodedError {
  return new CodedError("WIRE_INVALID", { message: `no valid frame: ${what}`, retryable: false });
}

function pick<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw invalid(`${index} is not one of ${list.join(", ")}`);
  return value;
}

function writeArrival(w: Writer, arrival: ArrivalEvent | null): void {
  if (arrival === null) {
    w.u8(0);
    return;
  }
  w.u8(1)
    .text(arrival.trainId)
    .u8(TRAIN_STATUSES.indexOf(arrival.status))
    .u32(arrival.prevStationId ?? 0);
  w.u8(arrival.prevDirection === null ? 0 : arrival.prevDirection === "a" ? 1 : 2);
}

function readArrival(r: Reader): ArrivalEvent | null {
  if (pick([0, 1], r.u8()) === 0) return null;
  const trainId = r.text();
  const status = pick(TRAIN_STATUSES, r.u8());
  const prevStation = r.u32();
  return {
    trainId,
    status,
    prevStationId: prevStation === 0 ? null : prevStation,
    prevDirection: pick([null, "a", "b"] as const, r.u8()),
  };
}

function body(frame: Frame): Buffer {
  const w = writer.reset().u8(WIRE_VERSION).u8(FRAME_TYPES[frame.type]).text(frame.deviceId);
  switch (frame.type) {
    case "greet":
      w.u32(frame.nonce);
      break;
    case "hello":
      w.u64(frame.bootId).u32(frame.bootNonce).u32(frame.greetNonce).u64(frame.memoryBootId);
      w.u64(frame.priorNumbered)
        .u64(frame.priorHappened)
        .u64(frame.seq)
        .u64(frame.total)
        .u64(frame.serviceTime);
      if (frame.pending.length > MAX_PENDING_BOOTS) throw invalid(`${frame.pending.length} pending boots`);
      w.u8(frame.pending.length);
      for (const p of frame.pending) w.u64(p.bootId).u64(p.first).u64(p.last);
      if (frame.pending.some((p) => p.nonce)) for (const p of frame.pending) w.u32(p.nonce ?? 0);
      break;
    case "reading":
      w.u64(frame.bootId).u64(frame.seq).u64(frame.total).u64(frame.serviceTime).u64(frame.deviceTime);
      w.u8(LINES.indexOf(frame.line));
      writeArrival(w, frame.arrival);
      break;
    case "heartbeat":
      w.u64(frame.bootId).u64(frame.memoryBootId).u64(frame.priorNumbered).u64(frame.priorHappened);
      w.u64(frame.seq).u64(frame.total).u64(frame.serviceTime).u32(frame.pending);
      break;
    case "ack":
      w.u64(frame.bootId).u64(frame.seq);
      break;
    case "nak":
      w.u64(frame.bootId).u64(frame.seq).u8(NAK_REASONS.indexOf(frame.reason));
      break;
  }
  return w.sealed();
}

/**
 * A frame's bytes on the line, a delimiter on both ends so that it survives whatever stood before it.
 *
 * @throws {CodedError} WIRE_INVALID when a field does not fit.
 */
export function encodeFrame(frame: Frame): Buffer {
  const block = cobsEncode(body(frame));
  const out = Buffer.alloc(block.length + 2);
  block.copy(out, 1);
  return out;
}

function readPending(r: Reader): PendingBoot[] {
  const count = r.u8();
  if (count > MAX_PENDING_BOOTS) throw invalid(`${count} pending boots`);
  const boots = Array.from({ length: count }, () => ({ bootId: r.u64(), first: r.u64(), last: r.u64() }));
  if (r.atEnd) return boots;
  return boots.map((boot) => {
    const nonce = r.u32();
    return nonce === 0 ? boot : { ...boot, nonce };
  });
}

/**
 * The frame in a COBS-decoded block whose CRC was already found right.
 *
 * @throws {CodedError} WIRE_INVALID, or RangeError when the block is too short for its type.
 */
export function parseFrame(block: Buffer): Frame {
  const r = new Reader(block);
  const version = r.u8();
  if (version !== WIRE_VERSION) throw invalid(`version ${version}`);
  const type = r.u8();
  const deviceId = r.text();
  const frame = ((): Frame => {
    switch (type) {
      case FRAME_TYPES.greet:
        return { type: "greet", deviceId, nonce: r.u32() };
      case FRAME_TYPES.hello:
        return {
          type: "hello",
          deviceId,
          bootId: r.u64(),
          bootNonce: r.u32(),
          greetNonce: r.u32(),
          memoryBootId: r.u64(),
          priorNumbered: r.u64(),
          priorHappened: r.u64(),
          seq: r.u64(),
          total: r.u64(),
          serviceTime: r.u64(),
          pending: readPending(r),
        };
      case FRAME_TYPES.reading:
        return {
          type: "reading",
          deviceId,
          bootId: r.u64(),
          seq: r.u64(),
          total: r.u64(),
          serviceTime: r.u64(),
          deviceTime: r.u64(),
          line: pick(LINES, r.u8()),
          arrival: readArrival(r),
        };
      case FRAME_TYPES.heartbeat:
        return {
          type: "heartbeat",
          deviceId,
          bootId: r.u64(),
          memoryBootId: r.u64(),
          priorNumbered: r.u64(),
          priorHappened: r.u64(),
          seq: r.u64(),
          total: r.u64(),
          serviceTime: r.u64(),
          pending: r.u32(),
        };
      case FRAME_TYPES.ack:
        return { type: "ack", deviceId, bootId: r.u64(), seq: r.u64() };
      case FRAME_TYPES.nak:
        return { type: "nak", deviceId, bootId: r.u64(), seq: r.u64(), reason: pick(NAK_REASONS, r.u8()) };
      default:
        throw invalid(`type ${type}`);
    }
  })();
  r.end();
  return frame;
}
