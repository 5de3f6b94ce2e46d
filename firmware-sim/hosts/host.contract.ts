import { type EventEmitter, once } from "node:events";
import type { SerialPort, SerialPortMock } from "serialport";
import { describe, expect, test } from "vitest";
import type { SerialHost } from "./ports.ts";

/** What an agent holds: the port stream of `serialport`, on the real or the mock binding, or what behaves like it. */
export type AgentPort = Pick<SerialPort | SerialPortMock, "pause" | "resume"> &
  EventEmitter & {
    open(): void;
    close(): void;
    write(bytes: Buffer): boolean;
  };

export interface HostUnderTest {
  readonly host: SerialHost;
  /** An agent's port on this path, not open yet. */
  agent(path: string): AgentPort;
  /** Resolves when the agent's port waits for bytes: one that is in the middle of a read when the line goes may spin. */
  waiting(port: AgentPort): Promise<void>;
  /** Is something published under this path? */
  published(path: string): boolean;
  /** More than a line holds whose reader does not read, bytes; unless told otherwise 200,000. */
  readonly tooMuch?: number;
}

const address = { stationId: 40380, deviceId: "40380-T1" };

async function opened(port: AgentPort): Promise<AgentPort> {
  const open = once(port, "open");
  port.open();
  await open;
  return port;
}

/** All bytes the port gives until it gave `size` of them. */
function collect(port: AgentPort, size: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let left = size;
    port.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      left -= chunk.length;
      if (left <= 0) resolve(Buffer.concat(chunks));
    });
  });
}

/** Bytes of all values, told apart by their position. */
function pattern(size: number): Buffer {
  return Buffer.alloc(size).map((_, i) => (i * 7 + (i >> 8)) & 0xff) as Buffer;
}

/** A device's inbox: what the agent sent, and a promise for a size of it. */
function inbox() {
  let all = Buffer.alloc(0);
  let wake = (): void => {};
  return {
    onBytes(bytes: Buffer): void {
      all = Buffer.concat([all, bytes]);
      wake();
    },
    async size(bytes: number): Promise<Buffer> {
      while (all.length < bytes) await new Promise<void>((resolve) => (wake = resolve));
      return all;
    },
  };
}

export function hostContract(name: string, create: () => HostUnderTest | Promise<HostUnderTest>): void {
  describe(`SerialHost: ${name}`, () => {
    test("every byte value passes unchanged, both ways", async () => {
      const { host, agent } = await create();
      const heard = inbox();
      const line = await host.plug(address, heard.onBytes);
      const port = await opened(agent(line.path));
      const bytes = pattern(2048);
      const got = collect(port, bytes.length);
      expect(line.write(bytes)).toBe(bytes.length);
      expect(await got).toEqual(bytes);
      port.write(bytes);
      expect(await heard.size(bytes.length)).toEqual(bytes);
      port.close();
      line.unplug();
    });

    test("a line without a reader takes what it holds and no more; nothing of that is lost", async () => {
      const { host, agent, tooMuch = 200_000 } = await create();
      const line = await host.plug(address, () => {});
      const port = agent(line.path);
      await opened(port);
      port.pause();
      const bytes = pattern(tooMuch);
      let sent = 0;
      const got = collect(port, bytes.length);
      port.pause();
      for (let taken = -1; taken !== 0; sent += taken) taken = line.write(bytes.subarray(sent));
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(bytes.length);
      port.resume();
      while (sent < bytes.length) {
        sent += line.write(bytes.subarray(sent));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await got).equals(bytes)).toBe(true);
      port.close();
      line.unplug();
    });

    test("unplugged, the path is gone and the agent's port closes as disconnected", async () => {
      const { host, agent, waiting, published } = await create();
      const line = await host.plug(address, () => {});
      const port = await opened(agent(line.path));
      port.on("data", () => {});
      await waiting(port);
      expect(published(line.path)).toBe(true);
      const closed = once(port, "close");
      line.unplug();
      line.unplug();
      expect(published(line.path)).toBe(false);
      expect((await closed)[0]).toMatchObject({ disconnected: true });
      expect(line.write(Buffer.of(1))).toBe(0);
    });

    test("plugged in again it is a new line under the same path, twenty times over", async () => {
      const { host, agent, waiting } = await create();
      let path: string | undefined;
      for (let i = 0; i < 20; i++) {
        const line = await host.plug(address, () => {});
        path ??= line.path;
        expect(line.path).toBe(path);
        const port = await opened(agent(line.path));
        const got = collect(port, 3);
        line.write(Buffer.of(i, 0, 255));
        expect(await got).toEqual(Buffer.of(i, 0, 255));
        await waiting(port);
        const closed = once(port, "close");
        line.unplug();
        await closed;
      }
    });

    test("an agent that goes away and another that comes do not end the line", async () => {
      const { host, agent } = await create();
      const heard = inbox();
      const line = await host.plug(address, heard.onBytes);
      const first = await opened(agent(line.path));
      const closed = once(first, "close");
      first.close();
      await closed;
      const second = await opened(agent(line.path));
      second.write(Buffer.from("here"));
      expect((await heard.size(4)).toString()).toBe("here");
      second.close();
      line.unplug();
    });
  });
}
