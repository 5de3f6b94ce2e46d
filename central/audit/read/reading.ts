import type { InRecord } from "../../../infra/runtime/kafka/ports.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import { HEADERS } from "../../../schemas/topics.ts";
import type { ReadingSeen } from "../core/events.ts";
import { type CleanValue, cleanValue, keyStation } from "./clean.ts";
import { ReadingNames } from "./reading-name.ts";

/**
 * Reads records of a clean topic, or of a station's own, one after the other. Whatever is in one, it can be said at once.
 *
 * Neighbours are often of one device. A key or value that is the very Buffer of the record before says what that said.
 */
export class ReadingReader {
  readonly #of: DeviceKind;
  readonly #names = new ReadingNames();
  #key: Buffer | null = null;
  #station: number | null = null;
  #value: Buffer | null = null;
  #clean: CleanValue | null = null;

  /** @param of - the kind of reading that the topic has. */
  constructor(of: DeviceKind) {
    this.#of = of;
  }

  read({ offset, timestamp: since, key, value, headers }: InRecord): ReadingSeen {
    if (key !== this.#key) {
      this.#key = key;
      this.#station = keyStation(key);
    }
    if (value !== this.#value) {
      this.#value = value;
      this.#clean = cleanValue(value, this.#of);
    }
    return {
      kind: "reading",
      offset,
      since,
      keyStation: this.#station,
      valueStation: this.#clean?.stationId ?? null,
      reading: this.#names.read(headers[HEADERS.reading]),
      content: this.#clean?.content ?? null,
    };
  }
}
