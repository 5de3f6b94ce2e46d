import fc from "fast-check";
import { DIRECTIONS, LINES } from "../network/network.ts";
import { MAX_COUNT, type RunReading, TRAIN_STATUSES } from "../readings.ts";

/** Avro's longs as avsc writes them rightly: below −2^52 it does not, its zigzag being computed in a double. */
export const arbitraryLong: fc.Arbitrary<number> = fc.integer({ min: -(2 ** 52), max: MAX_COUNT });

export const arbitraryInt: fc.Arbitrary<number> = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** A reading of a run, a press or an arrival. */
export function arbitraryReading(total: fc.Arbitrary<number>): fc.Arbitrary<RunReading> {
  return fc.record({
    total,
    serviceTime: arbitraryLong,
    deviceTime: arbitraryLong,
    edgeTime: arbitraryLong,
    line: fc.constantFrom(...LINES),
    arrival: fc.option(
      fc.record({
        trainId: fc.string(),
        status: fc.constantFrom(...TRAIN_STATUSES),
        prevStationId: fc.option(arbitraryInt),
        prevDirection: fc.option(fc.constantFrom(...DIRECTIONS)),
      }),
    ),
  });
}
