import { LINK } from "../../schemas/wire/frame.ts";
import type { Ring } from "./ring.ts";

/**
 * Go-back-N over a device's ring: which entry goes on the line next.
 *
 * At most `LINK.window` entries are in flight. When no ACK moved for `LINK.resendMs` the oldest is sent again, alone:
 * a listener that has the others already answers with one ACK for all, one that is gone costs a frame a second.
 * Everything else follows as soon as an ACK moves.
 */
export class FrameSender {
  readonly #ring: Ring;
  /** Ring number of the entry to send next. */
  #cursor = 0;
  /** One more than the highest ring number ever sent: what is below it is a resend. */
  #high = 0;
  /** Monotonic ms: the last send or the last ACK that moved. */
  #quietSince = 0;
  #probing = false;
  #wentBackTo = -1;
  #wentBackAt = 0;
  #resends = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  get resends(): number {
    return this.#resends;
  }

  /** A listener begins to listen: everything that waits goes out from the oldest on. */
  restart(): void {
    this.#cursor = 0;
    this.#probing = false;
    this.#wentBackTo = -1;
  }

  /** Ring number of the entry to send now, if any. Ask only when the line takes it: asking counts as sending. */
  take(now: number): number | undefined {
    const number = this.peek(now);
    if (number === undefined) return undefined;
    if (number < this.#high) this.#resends += 1;
    this.#cursor = number + 1;
    this.#high = Math.max(this.#high, this.#cursor);
    this.#quietSince = now;
    return number;
  }

  /** What `take` would give. */
  peek(now: number): number | undefined {
    const { oldest, end } = this.#ring;
    if (oldest === end) return undefined;
    if (this.#cursor < oldest) this.#cursor = oldest;
    if (this.#cursor > oldest && now - this.#quietSince >= LINK.resendMs) {
      this.#cursor = oldest;
      this.#probing = true;
    }
    // An ACK of a later boot leaves holes.
    while (this.#cursor < end && !this.#ring.locate(this.#cursor)) this.#cursor += 1;
    const window = this.#probing ? 1 : LINK.window;
    return this.#cursor < end && this.#cursor - oldest < window ? this.#cursor : undefined;
  }

  /** An ACK freed something. */
  moved(now: number): void {
    this.#probing = false;
    this.#quietSince = now;
  }

  /**
   * A NAK asks for this entry and those after it. A listener may send one NAK per frame that it cannot use, a window
   * full of them: the same request is granted once per `LINK.nakHoldMs`.
   */
  goBack(number: number, now: number): void {
    if (number >= this.#cursor) return;
    if (number === this.#wentBackTo && now - this.#wentBackAt < LINK.nakHoldMs) return;
    this.#wentBackTo = number;
    this.#wentBackAt = now;
    this.#cursor = number;
    this.#probing = false;
    this.#quietSince = now;
  }
}
