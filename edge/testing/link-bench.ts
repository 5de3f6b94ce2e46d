import type { Frame, ReadingFrame } from "../../schemas/wire/frame.ts";
import { adopt, hear } from "../outbox/hello-books.ts";
import { emptyLedger, type Ledger } from "../outbox/ledger.ts";
import { record } from "../outbox/queue-books.ts";
import { type LinkBoot, type LinkEffect, type LinkEvent, type LinkState, newLink } from "../serial/link.ts";
import { step } from "../serial/step.ts";
import { FakeDevice } from "./fake-device.ts";

export const DEVICE = "40380-T1";

/** A link that carries its effects out on a ledger, durably and at once unless `lag`; lists what it sends. */
export class LinkBench {
  state: LinkState = newLink(DEVICE);
  ledger: Ledger = emptyLedger(DEVICE);
  stored: ReadingFrame[] = [];
  sent: Frame[] = [];
  effects: LinkEffect[] = [];
  lag: ReadingFrame[] = [];
  lagging = false;
  nonce = 0;
  at = 0;

  boots(): ReadonlyMap<number, LinkBoot> {
    return new Map(
      this.ledger.boots.map((b) => {
        const { bootId, nonce, memoryBootId, stored } = b;
        return [bootId, { nonce, memoryBootId, stored, taken: stored }];
      }),
    );
  }

  do(event: LinkEvent): void {
    const { state, effects } = step(this.state, event);
    this.state = state;
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.type === "send") this.sent.push(effect.frame);
      if (effect.type === "adopt") this.ledger = adopt(this.ledger, effect.hello);
      if (effect.type === "heard") this.ledger = hear(this.ledger, effect.frame);
      if (effect.type === "store") this.lag.push(effect.reading);
    }
    if (!this.lagging) this.flush();
  }

  /** What was handed over becomes durable. */
  flush(): void {
    for (const reading of this.lag.splice(0)) {
      this.ledger = record(this.ledger, reading);
      this.stored.push(reading);
      this.do({ type: "stored", bootId: reading.bootId, seq: reading.seq });
    }
  }

  /** The outbox takes nothing of what was handed over. */
  refuse(): void {
    this.lag = [];
    const taken = (bootId: number): number => this.ledger.boots.find((b) => b.bootId === bootId)?.stored ?? 0;
    this.do({ type: "refused", at: this.at, nonce: ++this.nonce, taken });
  }

  /** The agent dies and comes back with what is on disk. */
  crash(): void {
    this.lag = [];
    this.sent = [];
    this.state = newLink(DEVICE, this.boots());
    this.open();
  }

  open(): void {
    this.do({ type: "opened", at: this.at, nonce: ++this.nonce });
  }

  hear(...frames: Frame[]): void {
    for (const frame of frames) this.do({ type: "frame", at: this.at, frame });
  }

  take(): Frame[] {
    return this.sent.splice(0);
  }

  /** A device hears all that was sent, and the link hears its answers. So often. */
  exchange(device: FakeDevice, rounds = 1): void {
    for (let i = 0; i < rounds; i++) for (const frame of this.take()) this.hear(...device.receive(frame));
  }
}

/** A link whose device has answered its GREET. */
export function greeted(): { bench: LinkBench; device: FakeDevice } {
  const bench = new LinkBench();
  const device = new FakeDevice(DEVICE);
  bench.open();
  bench.exchange(device);
  bench.take();
  return { bench, device };
}

/** The device is pressed so often, and sends what its window has room for. */
export function press(device: FakeDevice, times: number): Frame[] {
  for (let i = 0; i < times; i++) device.press();
  return device.send();
}
