import { expect, test } from "vitest";
import { fencingsIn } from "./fencings.ts";

/** BrokerRegistrationChangeRecord of broker 1. */
const change = (fenced: number): Buffer =>
  Buffer.concat([
    Buffer.from("01110000000001000000000000002a", "hex"),
    Buffer.from([1, 0, 1, fenced & 0xff]),
  ]);

test("fencings are counted, what ends them and a controlled shutdown are not", () => {
  const shutdown = Buffer.concat([change(1).subarray(0, 15), Buffer.from([1, 1, 1, 1])]);
  const between = Buffer.from("0000010b", "hex");
  expect(fencingsIn(Buffer.concat([between, change(-1), shutdown, between]))).toBe(0);
  expect(fencingsIn(Buffer.concat([change(1), change(-1), between, change(1), change(-1)]))).toBe(2);
});
