import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { topicNames } from "../../schemas/topics.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";
import { isAlive } from "../support/system.ts";
import { type FleetLoad, startFleetLoad } from "./fleet-load.ts";
import { expectAcknowledged } from "./fleet-topic.ts";
import { kafkaAt } from "./topic-contents.ts";

/*
 * `gateway http --instances 3`: three processes share the vehicles' port, one of them is killed under load, then their
 * parent.
 */
const prefix = `instances-${randomUUID().slice(0, 8)}.`;
const kafka = kafkaAt(inject("kafka"));
let gateway: StageProcess;
let load: FleetLoad;

interface Instance {
  readonly instance: number;
  readonly pid: number;
  readonly probe: string;
}

/** Every instance that ever said that it serves. */
function instances(): readonly Instance[] {
  return gateway.log
    .split("\n")
    .filter((line) => line.includes('"instance ready"'))
    .map((line) => JSON.parse(line) as Instance);
}

async function metricsOf({ probe }: Instance): Promise<string> {
  return (await fetch(`${probe}/metrics`)).text();
}

/** On a connection of its own: a POST that is not taken, and is counted. */
async function knock(): Promise<void> {
  const sent = request(url(), { method: "POST", agent: false }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
}

function url(): string {
  return /"url":"(http:[^"]+)"/.exec(gateway.log)?.[1] ?? "";
}

beforeAll(async () => {
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: topicNames(prefix).fleet, partitions: 2 }]);
  await admin.close();
  const env = { KAFKA_BROKERS: inject("kafka"), TOPIC_PREFIX: prefix, FLEET_PORT: "0" };
  gateway = await startStage("gateway", env, '"instance ready"', ["http", "--instances", "3"]);
  await eventually(() => expect(instances()).toHaveLength(3));
  load = startFleetLoad(new URL(url()).origin, 12);
});
afterAll(async () => {
  await gateway?.kill();
  const admin = await kafka.admin();
  await admin.deleteTopics([topicNames(prefix).fleet]);
  await admin.close();
});

test("three share the port, each with metrics of its own, and one that is killed comes back", async () => {
  await load.acknowledges(300);
  await eventually(async () => {
    for (const each of instances()) expect(await metricsOf(each)).toMatch(/^fleet_events_total\{.*\} [1-9]/m);
  });
  const [victim] = instances();
  process.kill(victim?.pid ?? 0, "SIGKILL");
  await load.acknowledges(300);
  await eventually(() =>
    expect(instances().filter((each) => each.instance === victim?.instance)).toHaveLength(2),
  );
  const heir = instances().at(-1);
  expect(heir?.pid).not.toBe(victim?.pid);
  // The load keeps its connections; new ones go to each in turn.
  await eventually(async () => {
    await knock();
    expect(heir && (await metricsOf(heir))).toContain('fleet_posts_total{status="415"');
  });
});

test("nothing acknowledged is missing, and GET counts what all of them took", async () => {
  await load.stop();
  const records = await expectAcknowledged(kafka, prefix, load);
  await eventually(async () =>
    expect(await (await fetch(url())).text()).toContain(`Events received: ${records}`),
  );
});

test("no worker outlives a parent that is killed", async () => {
  await gateway.kill("SIGKILL");
  await eventually(() => expect(instances().filter(({ pid }) => isAlive(pid))).toEqual([]));
});

test("settings that are wrong end all with the exit code that says so", async () => {
  const bad = startStage("gateway", { FLEET_PORT: "x" }, "ready", ["http", "--instances", "2"]);
  await expect(bad).rejects.toThrow(/ended with 78[\s\S]*FLEET_PORT is/);
});
