import { describe, expect, test } from "vitest";
import { commandLine, type StartOptions, simulatorArgs, watched } from "./options.ts";

const nothing = async (): Promise<void> => {};

async function parse(...args: string[]): Promise<StartOptions> {
  const got: StartOptions[] = [];
  const take = async (options: StartOptions): Promise<void> => void got.push(options);
  await commandLine({ start: take, infra: take, status: nothing }).parseAsync(args, {
    from: "user",
  });
  if (!got[0]) throw new Error("the command was not carried out");
  return got[0];
}

describe("options of start", () => {
  test("lists are separated by commas, blanks around them do not count", async () => {
    expect((await parse("start", "--only", "kafka, edge,", "--without", "ksql")).only).toEqual([
      "kafka",
      "edge",
    ]);
  });

  test("without options everything runs on the usual ports", async () => {
    const options = await parse("start");
    expect(options.only).toBeUndefined();
    expect(options).toMatchObject({ without: [], freePorts: false, quiet: false, durable: false });
  });

  test("Kafka has one broker or three", async () => {
    expect((await parse("start")).brokers).toBeUndefined();
    expect((await parse("start", "--brokers", "3")).brokers).toBe(3);
    expect((await parse("infra", "--brokers", "1")).brokers).toBe(1);
  });

  test("a platform's Kafka makes topics as its own defaults say, or as it is told", async () => {
    const { partitions, autoCreate } = await parse("infra");
    expect([partitions, autoCreate]).toEqual([undefined, true]);
    expect(await parse("infra", "--partitions", "3", "--no-auto-create")).toMatchObject({
      partitions: 3,
      autoCreate: false,
    });
  });

  test("what the simulator can never do is refused before anything starts", () => {
    const start = commandLine({ start: nothing, infra: nothing, status: nothing });
    for (const command of [start, ...start.commands])
      command.exitOverride().configureOutput({ writeErr() {} });
    const refused = (...args: string[]) => expect(() => start.parse(["start", ...args], { from: "user" }));
    refused("--lines", "red,rad").toThrow('"rad" is not one of');
    refused("--speed", "fast").toThrow("number from 0.1 to 3600");
    refused("--speed", "0").toThrow("number from 0.1 to 3600");
    refused("--seed", "").toThrow("whole number from 0");
    refused("--stations", "40381").toThrow("Nearest: 40380 Clark/Lake");
    refused("--from", "noon").toThrow("Give a time");
    refused("--rate", "-1").toThrow("number from 0.001");
    refused("--port", "88888").toThrow("a port from 1 to 65535");
  });

  test("the simulator's share is passed on as given", async () => {
    const options = await parse("start", "--speed", "120", "--lines", "red,blue");
    expect(simulatorArgs(options)).toEqual(["--speed", "120", "--lines", "red,blue"]);
    expect(simulatorArgs(await parse("start", "--no-traffic"))).toEqual(["--no-traffic"]);
    expect(simulatorArgs(await parse("start"))).toEqual([]);
  });

  test("the page expects only what the simulator runs", async () => {
    const options = await parse("start", "--stations", "40380,41400", "--lines", "red");
    expect(watched(options)).toEqual({ DASHBOARD_LINES: "red", DASHBOARD_STATIONS: "40380,41400" });
    expect(watched(await parse("start"))).toEqual({});
  });
});
