import {
  closeSync,
  mkdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { requireBinary } from "@lydell/node-pty/requireBinary.js";
import { Poller } from "@serialport/bindings-cpp/dist/poller.js";
import { encodeFrame } from "../../schemas/wire/codec.ts";
import { FrameDecoder } from "../../schemas/wire/decoder.ts";
import type { Frame } from "../../schemas/wire/frame.ts";
import { FakeDevice } from "./fake-device.ts";

interface Pty {
  readonly master: number;
  readonly slave: number;
  readonly poller: Poller;
}

/** A fake device behind a real pseudo-terminal, published as an agent expects it. For tests. */
export class PtyDevice {
  readonly device: FakeDevice;
  readonly #link: string;
  readonly #decoder = new FrameDecoder();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #buffer = Buffer.allocUnsafe(4096);
  #pty: Pty | null = null;
  #unsent = Buffer.alloc(0);
  #waiting = 0;
  /** What happens to the bytes of a frame on their way to the agent. */
  mangle: (bytes: Buffer, frame: Frame) => Buffer = (bytes) => bytes;
  /** Reads and writes nothing while set. */
  hung = false;
  /** Sends, but reads nothing while set: the agent's bytes pile up in the line. */
  deaf = false;

  constructor(home: string, deviceId: string, bootId?: number) {
    this.device = new FakeDevice(deviceId, bootId);
    const folder = join(home, "serial", deviceId.slice(0, 5));
    mkdirSync(folder, { recursive: true });
    this.#link = join(folder, deviceId);
  }

  plug(): this {
    const { master, slave, pty } = requireBinary("pty.node").open(80, 24);
    this.#pty = { master, slave, poller: new Poller(master) };
    rmSync(`${this.#link}.new`, { force: true });
    symlinkSync(pty, `${this.#link}.new`);
    renameSync(`${this.#link}.new`, this.#link);
    this.#listen(this.#pty);
    this.#waiting = this.device.waiting;
    this.#timers.push(
      setInterval(() => this.#beat(), 1_000),
      setInterval(() => this.#flush(), 5),
    );
    return this;
  }

  unplug(): void {
    const pty = this.#pty;
    if (!pty) return;
    this.#pty = null;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    unlinkSync(this.#link);
    pty.poller.stop();
    pty.poller.destroy();
    closeSync(pty.slave);
    closeSync(pty.master);
    this.#unsent = Buffer.alloc(0);
    this.#decoder.reset();
    this.device.unplug();
  }

  press(times = 1): void {
    for (let i = 0; i < times; i++) this.device.press();
    this.#say(this.device.send());
  }

  /** Raw bytes towards the agent. */
  babble(bytes: Buffer): void {
    this.#unsent = Buffer.concat([this.#unsent, bytes]);
    this.#flush();
  }

  #beat(): void {
    if (this.device.waiting === this.#waiting) this.device.resend();
    this.#waiting = this.device.waiting;
    this.#say([...this.device.heartbeat(), ...this.device.send()]);
  }

  #say(frames: readonly Frame[]): void {
    if (!this.#pty || this.hung) return;
    const bytes = frames.map((frame) => this.mangle(encodeFrame(frame), frame));
    this.#unsent = Buffer.concat([this.#unsent, ...bytes]);
    this.#flush();
  }

  #flush(): void {
    if (!this.#pty || this.hung || this.#unsent.length === 0) return;
    try {
      this.#unsent = this.#unsent.subarray(writeSync(this.#pty.master, this.#unsent));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }

  #listen(pty: Pty): void {
    pty.poller.once("readable", (error: Error | null) => {
      if (error || this.#pty !== pty) return;
      const reads = !this.hung && !this.deaf;
      if (reads) this.#read(pty);
      if (!reads) setTimeout(() => this.#pty === pty && this.#listen(pty), 20);
      else if (this.#pty === pty) this.#listen(pty);
    });
  }

  #read(pty: Pty): void {
    let size = 0;
    try {
      size = readSync(pty.master, this.#buffer, 0, this.#buffer.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
    for (const decoded of this.#decoder.push(this.#buffer.subarray(0, size))) {
      if (decoded.kind === "frame") this.#say(this.device.receive(decoded.frame));
    }
    this.#say(this.device.send());
  }
}
