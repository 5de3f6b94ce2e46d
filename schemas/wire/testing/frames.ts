import fc from "fast-check";
import { LINES } from "../../network/network.ts";
import { MAX_COUNT, TRAIN_STATUSES } from "../../readings.ts";
import { type Frame, MAX_DEVICE_ID_BYTES, MAX_PENDING_BOOTS, NAK_REASONS } from "../frame.ts";

/** For tests: numbers with many zero bytes and at the limits as often as ordinary ones. */
const count = (): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: MAX_COUNT }), fc.constantFrom(0, 1, 255, 256, 2 ** 32, MAX_COUNT));
const u32 = (): fc.Arbitrary<number> => fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, 1, 0xffff_ffff));
const name = (): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 1, maxLength: MAX_DEVICE_ID_BYTES })
    .map((codes) => String.fromCharCode(...codes));

const arrival = fc.record({
  trainId: name(),
  status: fc.constantFrom(...TRAIN_STATUSES),
  // 0 stands for "none" on the line.
  prevStationId: fc.option(fc.integer({ min: 1, max: 0xffff_ffff })),
  prevDirection: fc.constantFrom(null, "a" as const, "b" as const),
});

const pending = fc.array(
  fc.record(
    { bootId: count(), first: count(), last: count(), nonce: fc.integer({ min: 1, max: 0xffff_ffff }) },
    { requiredKeys: ["bootId", "first", "last"] },
  ),
  { maxLength: MAX_PENDING_BOOTS },
);

/** Any frame the protocol allows. */
export function anyFrame(): fc.Arbitrary<Frame> {
  const deviceId = name();
  return fc.oneof(
    fc.record({ type: fc.constant("greet" as const), deviceId, nonce: u32() }),
    fc.record({
      type: fc.constant("hello" as const),
      deviceId,
      bootId: count(),
      bootNonce: u32(),
      greetNonce: u32(),
      memoryBootId: count(),
      priorNumbered: count(),
      priorHappened: count(),
      seq: count(),
      total: count(),
      serviceTime: count(),
      pending,
    }),
    fc.record({
      type: fc.constant("reading" as const),
      deviceId,
      bootId: count(),
      seq: count(),
      total: count(),
      serviceTime: count(),
      deviceTime: count(),
      line: fc.constantFrom(...LINES),
      arrival: fc.option(arrival),
    }),
    fc.record({
      type: fc.constant("heartbeat" as const),
      deviceId,
      bootId: count(),
      memoryBootId: count(),
      priorNumbered: count(),
      priorHappened: count(),
      seq: count(),
      total: count(),
      serviceTime: count(),
      pending: u32(),
    }),
    fc.record({ type: fc.constant("ack" as const), deviceId, bootId: count(), seq: count() }),
    fc.record({
      type: fc.constant("nak" as const),
      deviceId,
      bootId: count(),
      seq: count(),
      reason: fc.constantFrom(...NAK_REASONS),
    }),
  );
}
