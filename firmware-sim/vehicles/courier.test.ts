import { expect, test } from "vitest";
import { fullJitter } from "../../infra/runtime/backoff.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { Courier } from "./courier.ts";
import { answerOf, type PostAnswer } from "./post.ts";

const event = (sequence: number) => fleetEvent({ sequence });

function courierWith(answers: PostAnswer[]) {
  const clock = new ManualClock();
  const sent: number[][] = [];
  const courier = new Courier({
    clock,
    backoff: fullJitter({ baseMs: 100, capMs: 1_000, random: () => 0.5 }),
    capacity: 4,
    batch: 3,
    onTrouble: () => {},
    async post(events) {
      sent.push(events.map(({ sequence }) => sequence));
      return answers.shift() ?? { kind: "taken" };
    },
  });
  return { clock, courier, sent };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const LATER: PostAnswer = { kind: "later", afterMs: 0, reason: "503" };

test("what was not acknowledged is sent again, in order, with what came meanwhile", async () => {
  const { clock, courier, sent } = courierWith([LATER]);
  courier.add(event(1));
  await turn();
  courier.add(event(2));
  clock.advance(1_000);
  await courier.idle();
  expect(sent).toEqual([[1], [1, 2]]);
  expect(courier.delivery).toEqual({ posted: 3, acknowledged: 2, refused: 0, waiting: 0 });
});

test("it waits as long as it was told to", async () => {
  const { clock, courier, sent } = courierWith([{ ...LATER, afterMs: 5_000 }]);
  courier.add(event(1));
  await turn();
  clock.advance(4_999);
  await turn();
  expect(sent).toHaveLength(1);
  clock.advance(1);
  await courier.idle();
  expect(sent).toHaveLength(2);
});

test("a full ring says so", async () => {
  const { courier } = courierWith([LATER]);
  for (let n = 1; n <= 4; n++) courier.add(event(n));
  expect(courier.full).toBe(true);
  await turn();
  courier.stop();
  expect(courier.delivery.waiting).toBe(4);
});

test("what will never be taken is dropped and counted; the rest of its batch goes on", async () => {
  const { clock, courier, sent } = courierWith([LATER, { kind: "refused", indexes: [1], reason: "lat" }]);
  for (let n = 1; n <= 3; n++) courier.add(event(n));
  await turn();
  clock.advance(1_000);
  await courier.idle();
  expect(sent.slice(-2)).toEqual([
    [1, 2, 3],
    [1, 3],
  ]);
  expect(courier.delivery).toMatchObject({ acknowledged: 2, refused: 1, waiting: 0 });
});

test("a batch that is too large is halved, down to one event that is given up", async () => {
  const large: PostAnswer = { kind: "too-large" };
  const { clock, courier, sent } = courierWith([LATER, large, large]);
  for (let n = 1; n <= 3; n++) courier.add(event(n));
  await turn();
  clock.advance(1_000);
  await courier.idle();
  expect(sent.slice(1)).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(courier.delivery).toMatchObject({ acknowledged: 2, refused: 1 });
});

test("statuses, and what they mean", () => {
  expect(answerOf(202, 0, "", 1)).toEqual({ kind: "taken" });
  expect(answerOf(503, 2, "away", 1)).toMatchObject({ kind: "later", afterMs: 2_000 });
  expect(answerOf(413, 0, "", 2)).toEqual({ kind: "too-large" });
  const refusal = JSON.stringify({ error: "x", events: [{ index: 1, problem: "lat" }] });
  expect(answerOf(400, 0, refusal, 3)).toMatchObject({ kind: "refused", indexes: [1] });
  expect(answerOf(400, 0, "no JSON", 2)).toMatchObject({ kind: "refused", indexes: [0, 1] });
});
