import { expect, test } from "vitest";
import { ownSchemasOf } from "./topic-schemas.ts";
import { stationTopic, topicNames } from "./topics.ts";

const topics = topicNames("t.");

test.each([
  [topics.dedupState, { key: "station-id", value: "dedup-state" }],
  [topics.turnstileSummary, { key: "station-id", value: "turnstile-summary" }],
  [topics.connectStations, {}],
  [stationTopic("arrivals", 40380, "t."), { key: "station-id", value: "arrival" }],
  ["org.chicago.cta.dedup.state", {}],
  ["somebody's", {}],
])("%s", (topic, own) => {
  expect(ownSchemasOf(topic, topics)).toEqual(own);
});
