import { expect, test } from "vitest";
import { FAULTS, kindsOf, type Strikable } from "./faults.ts";

const DEVICES = ["40380-T1", "40380-T2", "41400-T1"];
const ONE: Strikable = {
  parts: ["kafka", "central", "gateway", "ksql", "dashboard", "edge"],
  brokers: ["kafka"],
  joinable: ["gateway", "dedup"],
  disk: undefined,
  clock: undefined,
};
const targetsOf = (site: Strikable) =>
  Object.fromEntries(kindsOf(Object.keys(FAULTS), site, DEVICES).map(({ name, targets }) => [name, targets]));

test("a part is killed in flight where it writes readings or sums to Kafka", () => {
  expect(targetsOf(ONE)["kill-in-flight"]).toEqual(["central", "gateway", "ksql"]);
});

test("a part is killed after a commit where somebody can see that", () => {
  expect(targetsOf(ONE)["kill-after-commit"]).toEqual(["central", "ksql"]);
});

test("a broker goes away only where others stay", () => {
  expect(targetsOf(ONE)).not.toHaveProperty("broker-away");
  const three = ["kafka", "kafka-2", "kafka-3"];
  expect(targetsOf({ ...ONE, brokers: three })["broker-away"]).toEqual(three);
});

test("an agent is cloned at each station that is pressed at", () => {
  expect(targetsOf(ONE)["clone"]).toEqual(["40380", "41400"]);
});

test("the raw topic is made again only where it is known how far dedup is", () => {
  expect(targetsOf(ONE)).toHaveProperty("topic-anew");
  expect(targetsOf({ ...ONE, parts: ["kafka", "gateway", "dedup"] })).not.toHaveProperty("topic-anew");
});

test("what this machine does not let us do is left out", () => {
  expect(Object.keys(targetsOf(ONE))).not.toEqual(expect.arrayContaining(["disk-full"]));
  expect(Object.keys(targetsOf(ONE))).not.toEqual(expect.arrayContaining(["clock"]));
});
