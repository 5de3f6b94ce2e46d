import { createServer, type Server } from "node:http";
import { describe, expect, test } from "vitest";
import { closeServer, listen } from "../../../runtime/http/listen.ts";
import { seededRandom } from "../../../runtime/random.ts";
import { answersOk } from "../process/probe.ts";
import { choosePorts, type PortWish, type ReservePort, reservePort } from "./ports.ts";
import { ReservedPorts } from "./reserved.ts";
import { addressesOf, portOf, runElsewhere, SERVERS, seedPort } from "./servers.ts";
import { portWishes } from "./wishes.ts";

const random = () => seededRandom(1);
const released: number[] = [];
const free: ReservePort = async (port) => ({ release: () => void released.push(port) });
const freeBut =
  (taken: number): ReservePort =>
  async (port) =>
    port === taken ? null : free(port);

test("a preferred port that is taken is replaced by a free one, and the choice says so", async () => {
  const wishes = [
    { name: "kafka", preferred: 9092 },
    { name: "page", preferred: 8888 },
  ];
  const [kafka, page] = await choosePorts(wishes, freeBut(9092), random());
  expect(kafka?.insteadOf).toBe(9092);
  expect(kafka?.port).toBeGreaterThanOrEqual(20_000);
  expect(page).toMatchObject({ name: "page", port: 8888, insteadOf: null });
});

test("no two get the same port, and none the preferred port of another", async () => {
  const wishes = Array.from({ length: 50 }, (_, n) => ({ name: `${n}`, preferred: n < 10 ? 8888 : null }));
  const ports = (await choosePorts(wishes, free, random())).map((choice) => choice.port);
  expect(new Set(ports).size).toBe(50);
});

test("a port that must be exactly this one is refused when taken", async () => {
  const wishes = [
    { name: "kafka", preferred: 9092 },
    { name: "page", preferred: 9000, exactly: true },
  ];
  released.length = 0;
  await expect(choosePorts(wishes, freeBut(9000), random())).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: expect.stringContaining("9000"),
  });
  expect(released).toEqual([9092]);
});

describe("the ports of a system", () => {
  const choose = async (wishes: readonly PortWish[]) =>
    new ReservedPorts(await choosePorts(wishes, reservePort, random()), reservePort);
  const wish = (name: string): PortWish => ({ name, preferred: null });

  test("are bound until the part starts that listens there, its probe's too", async () => {
    const ports = await choose([wish("edge"), wish("edge probe"), wish("gateway")]);
    const [edge, probe, gateway] = ["edge", "edge probe", "gateway"].map((name) => ports.portOf(name));
    expect(await reservePort(edge ?? 0)).toBeNull();
    ports.release("edge");
    for (const port of [edge, probe]) {
      const server = createServer();
      await listen(server, port ?? 0);
      await closeServer(server);
    }
    expect(await reservePort(gateway ?? 0)).toBeNull();
    expect(await ports.lostBy("edge")).toBeUndefined();
    ports.releaseAll();
  });

  test("a connection before that is cut off, as where no server is", async () => {
    const ports = await choose([wish("kafka")]);
    expect(await answersOk(`http://127.0.0.1:${ports.portOf("kafka")}/`, 1_000)).toBe(false);
    ports.releaseAll();
  });

  test("one that another program got first is lost, but not one that the user named", async () => {
    const ports = await choose([wish("edge probe")]);
    const port = ports.portOf("edge probe");
    const named = await choose([{ name: "dashboard", preferred: port + 10_000, exactly: true }]);
    ports.releaseAll();
    named.releaseAll();
    const thieves = [createServer(), createServer()];
    await listen(thieves[0] as Server, port);
    await listen(thieves[1] as Server, port + 10_000);
    expect(await ports.lostBy("edge")).toBe(port);
    expect(await named.lostBy("dashboard")).toBeUndefined();
    for (const thief of thieves) await closeServer(thief);
  });
});

test("the seeds' ports", () => {
  const ports = Object.fromEntries(SERVERS.map((server) => [server.part, seedPort(server)]));
  expect(ports).toMatchObject({
    kafka: 9092,
    "schema-registry": 8081,
    "rest-proxy": 8082,
    connect: 8083,
    ksql: 8088,
    postgres: 5432,
    gateway: 1883,
    dashboard: 8888,
  });
});

test("addresses follow the chosen ports, and the user's own win", () => {
  const ports = new Map([
    ["kafka", 21_000],
    ["postgres", 21_001],
  ]);
  const env = { SCHEMA_REGISTRY_URL: "http://registry:8081", CONNECT_URL: "" };
  const addresses = addressesOf(ports, 1, env);
  expect(addresses.KAFKA_BROKERS).toBe("127.0.0.1:21000");
  expect(addresses.POSTGRES_URL).toBe("postgresql://cta_admin:chicago@127.0.0.1:21001/cta");
  expect(addresses.SCHEMA_REGISTRY_URL).toBe("http://registry:8081");
  expect(portOf(addresses.CONNECT_URL)).toBe(8083);
  expect(runElsewhere(env)).toEqual(["schema-registry"]);
});

test("a named port must be exactly it; free ports name none", () => {
  const named = portWishes({ freePorts: true, port: 9000 }, ["kafka"], ["edge"], { MQTT_PORT: "2883" });
  expect(named.find((wish) => wish.name === "dashboard")).toEqual({
    name: "dashboard",
    preferred: 9000,
    exactly: true,
  });
  expect(named.find((wish) => wish.name === "gateway")).toMatchObject({ preferred: 2883, exactly: true });
  expect(named.find((wish) => wish.name === "kafka")).toEqual({ name: "kafka", preferred: null });
  expect(named.map((wish) => wish.name)).toContain("edge probe");
});

test("three brokers: a port each behind Kafka's own, all of them in the address", () => {
  const wishes = portWishes({ freePorts: false }, ["kafka", "kafka-2", "kafka-3"], [], {});
  const preferred = new Map(wishes.map((wish) => [wish.name, wish.preferred]));
  expect(["kafka", "kafka-2", "kafka-3"].map((name) => preferred.get(name))).toEqual([9092, 9093, 9094]);
  expect([...preferred.keys()]).toEqual(expect.arrayContaining(["kafka controller", "kafka-3 controller"]));
  const ports = new Map([
    ["kafka", 9092],
    ["kafka-2", 21_000],
    ["kafka-3", 21_001],
  ]);
  expect(addressesOf(ports, 3, {}).KAFKA_BROKERS).toBe("127.0.0.1:9092,127.0.0.1:21000,127.0.0.1:21001");
});
