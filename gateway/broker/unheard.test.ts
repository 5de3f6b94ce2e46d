import { Aedes } from "aedes";
import { afterEach, expect, test } from "vitest";
import { FanOut } from "./fan-out.ts";
import { skipUnheard } from "./unheard.ts";

const fanOut = new FanOut();
const aedes = new Aedes({ mq: fanOut });
const published: string[] = [];
aedes.on("publish", ({ topic }) => published.push(topic));
skipUnheard(aedes, fanOut);
await aedes.listen();

afterEach(() => {
  published.length = 0;
});

function publish(topic: string): Promise<void> {
  const packet = { cmd: "publish", topic, payload: "x", qos: 1, retain: false, dup: false } as const;
  return new Promise((resolve, reject) => {
    aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
  });
}

test("a message without a subscriber is done at once; one with subscribers reaches them", async () => {
  const heard: string[] = [];
  const subscriber = ({ topic }: { readonly topic: string }): void => void heard.push(topic);
  await publish("cta/v1/40380/readings");
  expect(published).toEqual([]);
  fanOut.on("cta/v1/+/readings", subscriber);
  await publish("cta/v1/40380/readings");
  await publish("cta/v1/40380/agent/state");
  expect([heard, published]).toEqual([["cta/v1/40380/readings"], ["cta/v1/40380/readings"]]);
  fanOut.removeListener("cta/v1/+/readings", subscriber);
  await publish("cta/v1/40380/readings");
  expect(heard).toHaveLength(1);
  aedes.close();
});
