import { decodeReading } from "../../edge/outbox/codec.ts";
import type { Change } from "../../edge/outbox/outbox-store.ts";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { FrameDecoder } from "../../schemas/wire/decoder.ts";

/** Which reading is followed. */
export interface Followed {
  readonly device: string;
  readonly bootId: number;
  readonly seq: number;
}

const batches = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));
/** Bytes of the registry's header. */
const HEADER_BYTES = 5;

/** The way of one reading through a run, hop by hop, told as it happens. */
export class Way {
  readonly #reading: Followed;
  readonly #now: () => number;
  readonly #decoders = { ">": new FrameDecoder(), "<": new FrameDecoder() };
  readonly lines: string[] = [];
  /** Its place in its device's queue, once it has one. */
  #place: number | undefined;

  constructor(reading: Followed, now: () => number) {
    this.#reading = reading;
    this.#now = now;
  }

  pressed(device: string, bootId: number, seq: number): void {
    if (this.#is(device, bootId, seq)) this.#say("pressed, and in the device's ring");
  }

  line(device: string, way: ">" | "<", bytes: Uint8Array): void {
    if (device !== this.#reading.device) return;
    for (const result of this.#decoders[way].push(bytes)) {
      if (result.kind === "discarded") continue;
      const { frame } = result;
      if (frame.type === "reading" && this.#is(frame.deviceId, frame.bootId, frame.seq))
        this.#say("on the serial line, to the agent");
      if (frame.type === "ack" && frame.bootId === this.#reading.bootId && frame.seq >= this.#reading.seq)
        this.#say(`on the serial line, to the device: ACK up to ${frame.seq}`);
    }
  }

  flushed(disk: string, { puts, removes }: Change): void {
    const { device } = this.#reading;
    for (const { deviceId, row } of puts) {
      if (deviceId !== device) continue;
      const { bootId, seq } = decodeReading(deviceId, row.bytes);
      if (!this.#is(deviceId, bootId, seq)) continue;
      this.#place = row.n;
      this.#say(`in the outbox of ${disk}, as number ${row.n} of its device`);
    }
    const place = this.#place;
    if (place === undefined) return;
    if (removes.some(({ deviceId, from, to }) => deviceId === device && from <= place && place <= to))
      this.#say(`out of the outbox of ${disk}`);
  }

  published(by: string, payload: Buffer): void {
    if (this.#holds(batches.bodyOf(payload))) this.#say(`in a PUBLISH of ${by}`);
  }

  /** At the end: where it lies. */
  records(raw: readonly InRecord[], clean: readonly InRecord[]): void {
    for (const { topic, partition, offset, value } of raw)
      if (value && this.#holds(value.subarray(HEADER_BYTES))) this.#say(`${topic}-${partition}@${offset}`);
    const { device, bootId, seq } = this.#reading;
    for (const { topic, partition, offset, headers } of clean)
      if (headers["reading"]?.startsWith(`${device};${bootId};${seq};`))
        this.#say(`${topic}-${partition}@${offset}`);
  }

  #holds(body: Buffer): boolean {
    const { runs } = avroType("reading-batch").fromBuffer(body) as ReadingBatch;
    const { device, bootId, seq } = this.#reading;
    return runs.some(
      (run) =>
        run.deviceId === device &&
        run.bootId === bootId &&
        seq >= run.firstSeq &&
        seq < run.firstSeq + run.readings.length,
    );
  }

  #is(device: string, bootId: number, seq: number): boolean {
    const { device: wanted, bootId: boot, seq: number } = this.#reading;
    return device === wanted && bootId === boot && seq === number;
  }

  #say(what: string): void {
    this.lines.push(`${(this.#now() / 1000).toFixed(3).padStart(9)} s  ${what}`);
  }
}
