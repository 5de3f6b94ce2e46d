import { expect, test } from "vitest";
import { Journal } from "../../edge/outbox/journal.ts";
import { MemoryOutboxStore } from "../../edge/outbox/testing/memory-store.ts";
import { DeviceLink } from "../../edge/serial/device-link.ts";
import { serialLines } from "../../edge/serial/serialport-line.ts";
import { Device, type Instant } from "../../firmware-sim/device/device.ts";
import { nextBoot } from "../../firmware-sim/device/identity.ts";
import { Ring } from "../../firmware-sim/device/ring.ts";
import { MemoryRingStorage } from "../../firmware-sim/device/testing/memory-ring-storage.ts";
import type { LastingKind } from "../../firmware-sim/faults/kinds.ts";
import { MockHost } from "../../firmware-sim/hosts/testing/mock-host.ts";
import { DeviceLine } from "../../firmware-sim/line/device-line.ts";
import { Pump } from "../../firmware-sim/line/pump.ts";
import { fullJitter } from "../../infra/runtime/backoff.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";

const DEVICE = "40380-T1";
const STEP_MS = 10;

/**
 * The simulator's device and the agent's link, as they are, on the mock binding of `serialport` and a clock that only
 * the test moves: no terminal, no waiting.
 */
class MockedLine {
  readonly #clock = new ManualClock();
  readonly #host = new MockHost();
  readonly #random = seededRandom(40380, "mocked line");
  readonly line: DeviceLine;
  readonly device: Device;
  readonly link: DeviceLink;
  readonly outbox = new Journal({
    store: new MemoryOutboxStore(),
    clock: this.#clock,
    logger: silentLogger,
    limitBytes: 2 ** 30,
    isAlive: () => true,
  });

  constructor(baudRate = 115_200) {
    const ring = new Ring(new MemoryRingStorage());
    const boot = nextBoot(undefined, ring, 1000, 1);
    ring.beginBoot(boot.bootId);
    this.device = new Device(DEVICE, ring, boot);
    this.line = new DeviceLine({
      address: { stationId: 40380, deviceId: DEVICE },
      device: this.device,
      host: this.#host,
      baudRate,
      random: this.#random,
      clock: (): Instant => ({
        monotonic: this.#clock.monotonic(),
        wall: this.#clock.now(),
        service: this.#clock.now(),
      }),
    });
    const pump = new Pump(this.#clock, (_, error) => expect.unreachable(String(error)));
    pump.add(this.line);
    pump.start();
    this.link = new DeviceLink({
      deviceId: DEVICE,
      outbox: this.outbox,
      openLine: serialLines({ clock: this.#clock, baudRate: 115_200, binding: this.#host.binding }),
      clock: this.#clock,
      random: this.#random,
      backoff: fullJitter({ baseMs: 100, capMs: 2_000, floorMs: 50, random: this.#random }),
      logger: silentLogger,
      onChange: () => {},
    });
  }

  async plug(): Promise<void> {
    await this.line.clearFault("unplug");
    this.link.plug(this.line.path ?? "");
  }

  unplug(): void {
    this.line.setFault("unplug");
    this.link.unplug();
  }

  /** The next write of the agent passes `afterBytes`, then the plug is pulled in the middle of it. */
  cutNextWrite(afterBytes: number): void {
    this.#host.cutNextWrite(this.line.path ?? "", afterBytes);
  }

  press(times: number): void {
    for (let i = 0; i < times; i++) {
      this.line.notice({ line: "blue", arrival: null, service: this.#clock.now() });
    }
  }

  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.#clock.advance(STEP_MS);
      if (left % 250 === 0) this.link.tick();
      // The mock binding answers by the event loop, whatever the clock says.
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Device and outbox agree to the last reading, each in its place. */
  async agrees(numbered: number): Promise<void> {
    for (let waited = 0; this.device.ring.waiting > 0 && waited < 60_000; waited += 500) await this.run(500);
    const queue = this.outbox.peek(DEVICE, 1, numbered + 1).map(({ reading }) => reading);
    const seqs = new Map<number, number>();
    for (const { bootId, seq } of queue) {
      expect(seq).toBe((seqs.get(bootId) ?? 0) + 1);
      seqs.set(bootId, seq);
    }
    expect(queue).toHaveLength(numbered);
    expect(this.device.ring.waiting).toBe(0);
    expect(this.outbox.ledger(DEVICE)).toMatchObject({ numbered, stored: numbered, forgotten: 0 });
  }
}

test("what was pressed arrives once and in order, though the line is unplugged fifty times under load", async () => {
  const line = new MockedLine();
  for (let i = 0; i < 50; i++) {
    await line.plug();
    line.press(20);
    await line.run(250);
    line.unplug();
    line.press(5);
  }
  await line.plug();
  await line.agrees(50 * 25);
});

test("every reading arrives once, at whatever byte of the agent's write the line is pulled", async () => {
  const line = new MockedLine();
  const acknowledgement = 40;
  for (let bytes = 0; bytes <= acknowledgement; bytes++) {
    await line.plug();
    await line.run(250);
    line.cutNextWrite(bytes);
    line.press(3);
    await line.run(250);
    line.unplug();
  }
  await line.plug();
  await line.agrees((acknowledgement + 1) * 3);
});

const faults: readonly [LastingKind, number | undefined][] = [
  ["noise", 0.001],
  ["cut", 0.05],
  ["duplicate", 10],
  ["hang", undefined],
  ["babble", undefined],
];

test.each(faults)("the totals agree after %s was healed", async (kind, strength) => {
  const line = new MockedLine();
  await line.plug();
  await line.run(500);
  line.press(50);
  line.line.setFault(kind, strength);
  for (let i = 0; i < 20; i++) {
    line.press(10);
    await line.run(250);
  }
  await line.line.clearFault(kind);
  await line.agrees(250);
});

test("no more than 960 bytes a second pass the mocked line at 9600 baud", async () => {
  const line = new MockedLine(9_600);
  await line.plug();
  await line.run(1_000);
  line.press(500);
  const frame = 960 / 45;
  const before = line.outbox.ledger(DEVICE).stored;
  await line.run(10_000);
  const stored = line.outbox.ledger(DEVICE).stored - before;
  expect(stored).toBeLessThan(10 * frame);
  expect(stored).toBeGreaterThan(50);
  await line.agrees(500);
});
