import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Frames, readvertise } from "./kafka-frames.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let server: Server;
let proxy: TcpProxy;
const received: string[] = [];

beforeEach(async () => {
  received.length = 0;
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received.push(String(chunk));
      socket.write(`re:${chunk}`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await startTcpProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(() => {
  proxy.close();
  server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function nextText(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return String(chunk);
}

/** `once` would reject on the reset that is expected. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

test("bytes pass both ways until they are told otherwise", async () => {
  const socket = await client();
  socket.write("a");
  expect(await nextText(socket)).toBe("re:a");
  expect(proxy.seen).toEqual({ requests: 1, replies: 4 });
});

test("dropped replies never arrive, and the server had the request", async () => {
  const socket = await client();
  proxy.rule("replies", { mode: "drop" });
  socket.write("lost");
  await expect.poll(() => proxy.seen.replies).toBe(7);
  proxy.heal();
  socket.write("b");
  expect(await nextText(socket)).toBe("re:b");
  expect(received).toEqual(["lost", "b"]);
});

test("what comes after a heal does not overtake what is still late", async () => {
  const socket = await client();
  socket.setNoDelay(true);
  proxy.rule("requests", { mode: "delay", ms: 300 });
  socket.write("first");
  await expect.poll(() => proxy.seen.requests).toBe(5);
  proxy.heal();
  socket.write("second");
  await expect.poll(() => received.join("")).toBe("firstsecond");
});

test("a hung proxy accepts, and what was sent meanwhile arrives after the heal", async () => {
  proxy.hang();
  const socket = await client();
  socket.write("late");
  await expect.poll(() => proxy.accepted).toBe(1);
  expect(received).toEqual([]);
  proxy.heal();
  expect(await nextText(socket)).toBe("re:late");
});

test("a cut resets what is open, a refusal what comes", async () => {
  const socket = await client();
  await expect.poll(() => proxy.connections).toBe(1);
  proxy.cut();
  await closed(socket);
  proxy.refuse(true);
  const refused = connect(proxy.port, "127.0.0.1");
  refused.on("error", () => {});
  await closed(refused);
  proxy.refuse(false);
  const welcome = await client();
  welcome.write("c");
  expect(await nextText(welcome)).toBe("re:c");
});

test("an advertised address is rewritten wherever the chunks are split", () => {
  const address = Buffer.concat([Buffer.from("\0\x09127.0.0.1"), Buffer.from([0, 0, 0x23, 0x84])]);
  const reply = Buffer.concat([Buffer.from([0, 0, 0, address.length + 1]), address, Buffer.from("1")]);
  for (let split = 0; split <= reply.length; split++) {
    const frames = new Frames();
    const whole = [reply.subarray(0, split), reply.subarray(split)].flatMap((chunk) =>
      frames.take(Buffer.from(chunk)),
    );
    expect(whole).toHaveLength(1);
    for (const frame of whole) readvertise(frame, { host: "127.0.0.1", from: 0x2384, to: 0x7001 });
    expect(whole[0]?.readInt32BE(15)).toBe(0x7001);
    expect(whole[0]).toHaveLength(reply.length);
  }
});
