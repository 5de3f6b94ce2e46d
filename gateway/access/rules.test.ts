import { describe, expect, test } from "vitest";
import { agentStateTopic, readingsTopic, refusedTopic } from "../../schemas/mqtt.ts";
import { agentState, deviceState, json, OTHER_STATION, STATION } from "../testing/samples.ts";
import { claimedIdentity, type Identity } from "./identity.ts";
import { type ConnectRequest, connectFault, maySubscribe } from "./rules.ts";

const AGENT: Identity = { role: "agent", stationId: STATION };
const OBSERVER: Identity = { role: "observer" };

describe("who a client is", () => {
  const cases = [
    ["40380", "x", false, AGENT],
    ["observer", "x", false, OBSERVER],
    [undefined, "40380", false, AGENT],
    [undefined, "mosqsub", true, OBSERVER],
    [undefined, "mosqsub", false, undefined],
    ["somebody", "40380", true, undefined],
    ["4038", "x", true, undefined],
    ["", "40380", true, undefined],
  ] as const;
  test.each(cases)("username %s, client id %s, open %s", (username, clientId, open, identity) => {
    expect(claimedIdentity(username, clientId, open)).toEqual(identity);
  });
});

test("an agent hears its own refusals and nothing else, an observer everything", () => {
  expect(maySubscribe(AGENT, refusedTopic(STATION))).toBe(true);
  for (const filter of [refusedTopic(OTHER_STATION), "#", "cta/v1/+/refused", readingsTopic(STATION)]) {
    expect(maySubscribe(AGENT, filter)).toBe(false);
    expect(maySubscribe(OBSERVER, filter)).toBe(true);
  }
});

describe("a CONNECT is refused for", () => {
  const own = {
    topic: agentStateTopic(STATION),
    payload: json(agentState()),
    qos: 1,
    retain: false,
  };
  const cases: Record<string, readonly [Partial<ConnectRequest>, string | undefined, Identity?]> = {
    "nothing, when it is as agents send it": [{ will: own }, undefined],
    "a session that outlives the connection": [{ clean: false }, "persistent-session"],
    "no keepalive": [{ keepalive: 0 }, "keepalive"],
    "a keepalive that would hide a cut line for minutes": [{ keepalive: 301 }, "keepalive"],
    "a will on another station's topic": [
      { will: { ...own, topic: agentStateTopic(OTHER_STATION) } },
      "will",
    ],
    "a will on the readings' topic": [{ will: { ...own, topic: readingsTopic(STATION) } }, "will"],
    "a will of QoS 0": [{ will: { ...own, qos: 0 } }, "will"],
    "a retained will": [{ will: { ...own, retain: true } }, "will"],
    "a will that is no state": [{ will: { ...own, payload: Buffer.from("x") } }, "will"],
    "a will of a device": [{ will: { ...own, payload: json(deviceState()) } }, "will"],
    "a will that says online": [{ will: { ...own, payload: json(agentState({ state: "online" })) } }, "will"],
    "an observer's will": [{ will: own }, "will", OBSERVER],
  };
  for (const [name, [request, fault, identity = AGENT]] of Object.entries(cases)) {
    test(name, () => expect(connectFault(identity, { clean: true, keepalive: 20, ...request })).toBe(fault));
  }
});
