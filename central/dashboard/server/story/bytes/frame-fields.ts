import { LINES } from "../../../../../schemas/network/network.ts";
import { TRAIN_STATUSES } from "../../../../../schemas/readings.ts";
import { FRAME_TYPES, NAK_REASONS } from "../../../../../schemas/wire/frame.ts";

/** A field of a frame: bytes `from` to `to` of its data. */
export interface FrameField {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

const MEANING: Readonly<Record<string, string>> = {
  version: "The protocol's version, so that a later one can be told apart.",
  type: "What this frame is.",
  deviceId: "Who speaks: its length in one byte, then ASCII.",
  bootId: "Which boot of the device: it rises with every start. 8 bytes, least significant first.",
  seq: "The number of this reading within the boot: 1, 2, 3 … without a gap.",
  total:
    "How many presses there were in this boot. More than the number: the ring was full, and so many are known lost.",
  serviceTime: "When it was by the service clock, milliseconds since 1970.",
  deviceTime: "When it was by the device's own clock, milliseconds since 1970.",
  line: "Which line: 0 red, 1 blue, 2 green.",
  kind: "0: somebody walked through a turnstile. 1: a sensor saw a train.",
  trainId: "Which train: its length in one byte, then ASCII.",
  status: "The train's state: 0 in service, 1 out of service, 2 broken down.",
  prevStationId: "Where the train was seen before; 0: nowhere.",
  prevDirection: "Its direction there: 0 none, 1 a, 2 b.",
  reason: "Why it is asked for again: 0 a gap, 1 damage.",
  crc: "CRC-32 of everything before it. One flipped bit gives another sum, and the frame is thrown away.",
};

/** Walks a frame's data (docs/serial-protocol.md) and notes each field. */
class Walk {
  readonly fields: FrameField[] = [];
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  u8(name: string, words: (value: number) => string = String): number {
    const value = this.#data.readUInt8(this.#at);
    return this.#note(name, 1, value, words(value));
  }
  u32(name: string): number {
    return this.#note(name, 4, this.#data.readUInt32LE(this.#at));
  }
  u64(name: string): number {
    const value = this.#data.readUInt32LE(this.#at) + this.#data.readUInt32LE(this.#at + 4) * 0x1_0000_0000;
    return this.#note(name, 8, value);
  }
  text(name: string): void {
    const length = this.#data.readUInt8(this.#at);
    this.#note(name, 1 + length, length, this.#data.toString("latin1", this.#at + 1, this.#at + 1 + length));
  }
  get remaining(): number {
    return this.#data.length - this.#at;
  }

  #note(name: string, length: number, value: number, words = String(value)): number {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#data.length) throw new RangeError("the frame ends within a field");
    this.fields.push({ from, to: this.#at, name, value: words, meaning: MEANING[name] ?? "" });
    return value;
  }
}

const COUNTS = ["memoryBootId", "priorNumbered", "priorHappened", "seq", "total", "serviceTime"] as const;

function typeName(type: number): string {
  const named = Object.entries(FRAME_TYPES).find(([, number]) => number === type);
  return named ? `${named[0].toUpperCase()} (${type})` : String(type);
}

function optionOf(options: readonly (string | null)[]): (index: number) => string {
  return (index) => `${options[index] ?? "none"} (${index})`;
}

function reading(walk: Walk): void {
  for (const name of ["bootId", "seq", "total", "serviceTime", "deviceTime"]) walk.u64(name);
  walk.u8("line", optionOf(LINES));
  if (walk.u8("kind", optionOf(["a press", "a train"])) === 0) return;
  walk.text("trainId");
  walk.u8("status", optionOf(TRAIN_STATUSES));
  walk.u32("prevStationId");
  walk.u8("prevDirection", optionOf([null, "a", "b"]));
}

function hello(walk: Walk): void {
  walk.u64("bootId");
  walk.u32("bootNonce");
  walk.u32("greetNonce");
  for (const name of COUNTS) walk.u64(name);
  const count = walk.u8("count");
  for (let i = 0; i < count; i++)
    for (const name of ["bootId", "first", "last"]) walk.u64(`pending[${i}].${name}`);
  if (walk.remaining > 4) for (let i = 0; i < count; i++) walk.u32(`pending[${i}].nonce`);
}

const BODY: Readonly<Record<number, (walk: Walk) => void>> = {
  [FRAME_TYPES.greet]: (walk) => void walk.u32("nonce"),
  [FRAME_TYPES.hello]: hello,
  [FRAME_TYPES.reading]: reading,
  [FRAME_TYPES.heartbeat]: (walk) => {
    walk.u64("bootId");
    for (const name of COUNTS) walk.u64(name);
    walk.u32("pending");
  },
  [FRAME_TYPES.ack]: (walk) => {
    walk.u64("bootId");
    walk.u64("seq");
  },
  [FRAME_TYPES.nak]: (walk) => {
    walk.u64("bootId");
    walk.u64("seq");
    walk.u8("reason", optionOf(NAK_REASONS));
  },
};

/**
 * Every field of a frame's data, CRC included, in order and without a gap.
 *
 * @throws {RangeError} it is no frame of the protocol.
 */
export function frameFields(data: Buffer): readonly FrameField[] {
  const walk = new Walk(data);
  walk.u8("version");
  const type = walk.u8("type", typeName);
  walk.text("deviceId");
  BODY[type]?.(walk);
  walk.u32("crc");
  if (walk.remaining > 0) throw new RangeError(`${walk.remaining} bytes behind the frame`);
  return walk.fields;
}
