import { EventEmitter, once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { firstLine, parseLinePath, printRequest } from "../../schemas/wire/tcp-link.ts";
import { type AgentPort, hostContract } from "./host.contract.ts";
import { TcpHost } from "./tcp-host.ts";

const hosts: TcpHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function newHost(): Promise<TcpHost> {
  const host = await TcpHost.listen({ host: "127.0.0.1", port: 0 }, systemClock);
  hosts.push(host);
  return host;
}

/** A client of one line, with the events and calls of a `serialport` stream. */
class TcpPort extends EventEmitter {
  readonly #path: string;
  #socket: Socket | null = null;
  #closing = false;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  open(): void {
    const { address, deviceId } = parseLinePath(this.#path);
    const socket = connect(address);
    this.#socket = socket;
    socket.write(printRequest({ kind: "open", deviceId }));
    socket.on("error", () => {});
    socket.on("close", () => this.emit("close", this.#closing ? null : { disconnected: true }));
    socket.once("data", (chunk: Buffer) => {
      expect(firstLine(chunk)?.line).toBe("OK");
      socket.pause();
      socket.on("data", (bytes: Buffer) => this.emit("data", bytes));
      this.emit("open");
    });
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    if (event === "data") this.resume();
    return super.on(event, listener as never);
  }

  pause(): this {
    this.#socket?.pause();
    return this;
  }

  resume(): this {
    this.#socket?.resume();
    return this;
  }

  write(bytes: Buffer): boolean {
    return this.#socket?.write(bytes) ?? false;
  }

  close(): void {
    this.#closing = true;
    this.#socket?.end();
  }
}

hostContract("lines over TCP", async () => {
  const host = await newHost();
  return {
    host,
    agent: (path) => new TcpPort(path) as unknown as AgentPort,
    waiting: async () => {},
    published: (path) => host.has(parseLinePath(path).deviceId),
    // The system's socket buffers, both ends.
    tooMuch: 32 * 2 ** 20,
  };
});

/** All lines of a connection, as they come. */
function ask(host: TcpHost, request: string): { readonly lines: string[]; readonly socket: Socket } {
  const socket = connect(host.address);
  const lines: string[] = [];
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (text: string) => {
    lines.push(...text.split("\n").filter((line) => line !== ""));
  });
  socket.write(request);
  return { lines, socket };
}

async function heard(lines: readonly string[], count: number): Promise<void> {
  while (lines.length < count) await new Promise((resolve) => setImmediate(resolve));
}

const T1 = { stationId: 40380, deviceId: "40380-T1" };

test("a list tells a station's lines, then each that is unplugged or plugged in; other stations' are not in it", async () => {
  const host = await newHost();
  const line = await host.plug(T1, () => {});
  await host.plug({ stationId: 41400, deviceId: "41400-T1" }, () => {});
  const { lines, socket } = ask(host, "LIST 40380\n");
  await heard(lines, 1);
  line.unplug();
  await host.plug(T1, () => {});
  await heard(lines, 3);
  expect(lines).toEqual(["+40380-T1", "-40380-T1", "+40380-T1"]);
  socket.destroy();
});

test("a line is one client's: a second is told BUSY, and gets it when the first is gone", async () => {
  const host = await newHost();
  await host.plug(T1, () => {});
  const first = ask(host, "OPEN 40380-T1\r\n");
  await heard(first.lines, 1);
  const second = ask(host, "OPEN 40380-T1\n");
  await heard(second.lines, 1);
  expect([first.lines, second.lines]).toEqual([["OK"], ["BUSY"]]);
  first.socket.destroy();
  for (;;) {
    const third = ask(host, "OPEN 40380-T1\n");
    await heard(third.lines, 1);
    third.socket.destroy();
    if (third.lines[0] === "OK") break;
  }
});

test.each([
  ["OPEN 40380-T9\n", "GONE"],
  ["GET / HTTP/1.1\r\n", "ERROR ask LIST <station> or OPEN <device>"],
  ["\0".repeat(1000), "ERROR ask LIST <station> or OPEN <device>"],
])("%j is answered by %s, and the connection ends", async (request, answer) => {
  const host = await newHost();
  const { lines, socket } = ask(host, request);
  await once(socket, "close");
  expect(lines).toEqual([answer]);
});

test("a port that is taken is said so", async () => {
  const { address } = await newHost();
  await expect(TcpHost.listen(address, systemClock)).rejects.toThrow(`port ${address.port} is in use`);
});
