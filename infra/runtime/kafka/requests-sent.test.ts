import { expect, test } from "vitest";
import { RequestsSent } from "./requests-sent.ts";

test("requests are counted by the API that their header names", () => {
  const sent = new RequestsSent();
  const frame = (api: number): Buffer => Buffer.from([0, 0, 0, 9, api >> 8, api & 255, 0, 11, 0, 0, 0, 1, 0]);
  for (const api of [1, 26, 1, 999]) sent.note(frame(api));
  sent.note(Buffer.from([0, 0, 0, 1, 7]));
  expect([...sent.byName()]).toEqual([
    ["Fetch", 2],
    ["EndTxn", 1],
    ["api 999", 1],
  ]);
});
