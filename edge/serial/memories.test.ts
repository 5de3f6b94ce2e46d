import { expect, test } from "vitest";
import { MAX_BOOTS } from "../outbox/marks.ts";
import { FakeDevice } from "../testing/fake-device.ts";
import { DEVICE, greeted, press } from "../testing/link-bench.ts";

test("what becomes durable while another memory is on the line is not acknowledged to it: it would free its own", () => {
  const { bench, device } = greeted();
  bench.lagging = true;
  bench.hear(...press(device, 5));
  const impostor = new FakeDevice(DEVICE);
  impostor.bootNonce = 123;
  press(impostor, 5);
  bench.do({ type: "closed" });
  bench.open();
  bench.exchange(impostor);
  expect(bench.state.alarm).toEqual({ bootId: 7 });
  bench.flush();
  bench.exchange(impostor);
  expect(impostor.waiting).toBe(5);
  // The right one is told as soon as it is back.
  bench.open();
  bench.exchange(device, 2);
  expect([device.waiting, bench.stored.length]).toEqual([0, 5]);
});

test("a boot in the ring that is known as another memory's is an alarm like the present one", () => {
  const { bench, device } = greeted();
  bench.hear(...press(device, 3));
  // Its clock stands still: its boots have the numbers of the device that it replaces.
  const other = new FakeDevice(DEVICE, 6);
  other.reboot();
  press(other, 3);
  other.reboot();
  bench.take();
  bench.open();
  bench.exchange(other, 2);
  expect(bench.state.alarm).toEqual({ bootId: 7 });
  expect(other.waiting).toBe(3);
});

test.each([
  { presses: 3, tellsNonces: false, what: "fewer, of older firmware" },
  { presses: 3, tellsNonces: true, what: "fewer" },
  { presses: 9, tellsNonces: true, what: "more" },
])(
  "a copied chip that has rebooted is an alarm for what its ring holds of the shared boot: $what",
  ({ presses, tellsNonces }) => {
    const { bench, device } = greeted();
    bench.hear(...press(device, 5));
    bench.take();
    // Its chip was copied before the five: boot 7 and the first boot are the same, the nonce is not.
    const copy = new FakeDevice(DEVICE);
    copy.bootNonce = 123;
    copy.tellsNonces = tellsNonces;
    press(copy, presses);
    copy.reboot();
    bench.open();
    bench.exchange(copy, 3);
    expect(bench.state.alarm).toEqual({ bootId: 7 });
    expect(copy.waiting).toBe(presses);
  },
);

test("a device that has rebooted hears again what is stored of the boot before: its ACK was lost", () => {
  const { bench, device } = greeted();
  bench.hear(...press(device, 5));
  bench.take();
  device.reboot();
  bench.open();
  bench.exchange(device, 3);
  expect([bench.state.alarm, device.waiting]).toEqual([null, 0]);
});

test("a device that replaces another is taken whatever its boot ids are, and so is the first when it comes back", () => {
  const { bench, device } = greeted();
  bench.hear(...press(device, 3));
  const exchange = (other: FakeDevice): void => {
    bench.open();
    for (let i = 0; i < 3; i++) {
      bench.exchange(other);
      bench.hear(...other.send());
    }
  };
  exchange(device);
  device.press();
  const other = new FakeDevice(DEVICE, 2);
  press(other, 2);
  exchange(other);
  expect(bench.ledger).toMatchObject({ memoryBootId: 2, bootId: 2, numbered: 2, stored: 2, forgotten: 0 });
  exchange(device);
  expect(bench.ledger).toMatchObject({ memoryBootId: 7, bootId: 7, numbered: 4, stored: 4, forgotten: 0 });
  expect([device.waiting, other.waiting]).toEqual([0, 0]);
  expect(bench.stored.map((r) => [r.bootId, r.seq])).toEqual([
    [7, 1],
    [7, 2],
    [7, 3],
    [2, 1],
    [2, 2],
    [7, 4],
  ]);
});

test("a device that boots over and over leaves nothing that grows", () => {
  const { bench, device } = greeted();
  for (let i = 0; i < 3 * MAX_BOOTS; i++) {
    device.reboot();
    bench.open();
    bench.exchange(device);
    bench.hear(...press(device, 1));
    for (const frame of bench.take()) device.receive(frame);
  }
  expect(bench.state.boots.size).toBe(MAX_BOOTS);
  expect(bench.ledger.boots).toHaveLength(MAX_BOOTS);
  expect(bench.stored).toHaveLength(3 * MAX_BOOTS);
});
