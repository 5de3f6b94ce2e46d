import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { linePath, TCP_LINK, type TcpAddress } from "../../schemas/wire/tcp-link.ts";
import { tcpLines } from "./tcp-line.ts";
import { watchTcpLines } from "./tcp-watcher.ts";
import { LINE_LIMITS } from "./within.ts";

/** A device server that says what the test tells it to. */
let server: Server;
let address: TcpAddress;
const sockets: Socket[] = [];
let answer: (request: string, socket: Socket) => void;

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("data", (request) => answer(request.toString(), socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe("a line over TCP", () => {
  const open = (handlers = { onData: (_: Buffer) => {}, onLost: (_: string) => {} }, clock = systemClock) =>
    tcpLines(clock)(linePath(address, "40380-T1"), handlers);

  test("asks for its device; what follows the answer in the same packet is the device's, zeros and newlines too", async () => {
    const requests: string[] = [];
    answer = (request, socket) => {
      requests.push(request);
      socket.write(Buffer.from("OK\n\0\n\0", "latin1"));
      socket.on("data", (bytes) => socket.write(bytes));
    };
    const heard: Buffer[] = [];
    const line = await open({ onData: (bytes) => heard.push(bytes), onLost: () => {} });
    await line.write(Buffer.of(1, 0, 10, 255));
    await until(() => expect(Buffer.concat(heard)).toEqual(Buffer.of(0, 10, 0, 1, 0, 10, 255)));
    expect(requests).toEqual(["OPEN 40380-T1\n"]);
    await line.close();
  });

  test.each([
    ["GONE\n", "no such line is plugged in there"],
    ["BUSY\n", "somebody else has it open"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", 'it said "HTTP/1.1 400 Bad Request"'],
    ["x".repeat(1_000), "more than 64 bytes"],
  ])("answered by %j it is not open, and says why", async (text, reason) => {
    answer = (_, socket) => socket.end(text);
    await expect(open()).rejects.toThrow(reason);
  });

  test("not answered at all, it is given up in its time, and the connection with it", async () => {
    let asked: Socket | undefined;
    answer = (_, socket) => {
      asked = socket;
    };
    const clock = new ManualClock();
    const opening = open(undefined, clock);
    await until(() => expect(asked).toBeDefined());
    clock.advance(LINE_LIMITS.openMs);
    await expect(opening).rejects.toMatchObject({ code: "SERIAL_TIMEOUT" });
    await until(() => expect(asked?.closed).toBe(true));
  });

  test("pulled, it is lost once; closed by its owner, it is not lost", async () => {
    answer = (_, socket) => socket.write("OK\n");
    const lost: string[] = [];
    const handlers = { onData: () => {}, onLost: (reason: string) => lost.push(reason) };
    const pulled = await open(handlers);
    sockets.at(-1)?.destroy();
    await until(() => expect(lost).toEqual(["unplugged"]));
    await pulled.close();
    const closed = await open(handlers);
    await closed.close();
    expect(lost).toEqual(["unplugged"]);
  });
});

test("a list that falls silent has no lines, until it is asked again", async () => {
  answer = (request, socket) => {
    expect(request).toBe("LIST 40380\n");
    socket.write("+40380-T1\n+40380-T2\n\n-40380-T2\n");
  };
  const events: string[] = [];
  const clock = new ManualClock();
  const stop = watchTcpLines(
    { address, stationId: 40380, clock, random: () => 0.5 },
    {
      plug: (id, path) => events.push(`+${id} ${path === linePath(address, id)}`),
      unplug: (id) => events.push(`-${id}`),
    },
  );
  const listed = ["+40380-T1 true", "+40380-T2 true", "-40380-T2"];
  await until(() => expect(events).toEqual(listed));
  clock.advance(TCP_LINK.silenceMs);
  await until(() => expect(events).toEqual([...listed, "-40380-T1"]));
  clock.advance(1_500);
  await until(() => expect(events).toEqual([...listed, "-40380-T1", ...listed]));
  stop();
  await until(() => expect(sockets.every((socket) => socket.destroyed)).toBe(true));
  expect(events).toHaveLength(7);
});
