/**
 * Watches the fixed headers of an MQTT byte stream and notices a packet that is too long when its length is read, not
 * when it is there: Aedes' parser would collect up to 256 MiB.
 *
 * Packets are `type byte, remaining length (1–4 bytes of 7 bits, low first), that many bytes` (MQTT 3.1.1, 2.2).
 */
export class PacketLimit {
  readonly #max: number;
  /** Bytes of the current packet's body still to come. */
  #body = 0;
  #inLength = false;
  #length = 0;
  #scale = 1;

  /** @param max - the longest remaining length that is allowed, bytes. */
  constructor(max: number) {
    this.#max = max;
  }

  /** @returns false when a packet of this chunk is too long, or its length is malformed. */
  accept(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, chunk.length - at);
        this.#body -= step;
        at += step;
      } else if (!this.#inLength) {
        this.#inLength = true;
        this.#length = 0;
        this.#scale = 1;
        at++;
      } else {
        const byte = chunk[at++] ?? 0;
        this.#length += (byte & 0x7f) * this.#scale;
        this.#scale *= 0x80;
        if (this.#length > this.#max) return false;
        if (byte < 0x80) {
          this.#inLength = false;
          this.#body = this.#length;
        } else if (this.#scale > 0x80 ** 3) return false;
      }
    }
    return true;
  }
}
