import { encodeFrame } from "../../schemas/wire/codec.ts";
import type { Frame } from "../../schemas/wire/frame.ts";

/**
 * Frames that wait for the line, one write at a time. A newer frame takes the place of an older one of its kind that is
 * still waiting (an ACK covers all before it), so the queue stays short however long the device reads nothing.
 */
export class LineWriter {
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #waiting = new Map<string, Frame>();
  #writing = false;
  #stopped = false;

  constructor(write: (bytes: Buffer) => Promise<void>, failed: (error: unknown) => void) {
    this.#write = write;
    this.#failed = failed;
  }

  get length(): number {
    return this.#waiting.size;
  }

  send(frame: Frame): void {
    if (this.#stopped) return;
    const kind = "bootId" in frame ? `${frame.type} ${frame.bootId}` : frame.type;
    this.#waiting.delete(kind);
    this.#waiting.set(kind, frame);
    if (!this.#writing) void this.#run();
  }

  /** Forget what waits and report nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
  }

  async #run(): Promise<void> {
    this.#writing = true;
    try {
      // What is sent while one event is worked on leaves in one write.
      await Promise.resolve();
      while (this.#waiting.size > 0) {
        const frames = [...this.#waiting.values()];
        this.#waiting.clear();
        await this.#write(Buffer.concat(frames.map(encodeFrame)));
      }
    } catch (error) {
      if (!this.#stopped) this.#failed(error);
      this.stop();
    } finally {
      this.#writing = false;
    }
  }
}
