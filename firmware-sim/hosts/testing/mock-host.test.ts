import { once } from "node:events";
import { SerialPortMock } from "serialport";
import { expect, test } from "vitest";
import { hostContract } from "../host.contract.ts";
import { MockHost } from "./mock-host.ts";

const settings = { baudRate: 115_200, autoOpen: false };
const agentOf =
  (host: MockHost) =>
  (path: string): SerialPortMock => {
    const options = { binding: host.binding, path, ...settings };
    return new SerialPortMock(options);
  };

hostContract("mock binding", () => {
  const host = new MockHost();
  const paths = new Set<string>();
  return {
    host: {
      plug: async (address, onBytes) => {
        const line = await host.plug(address, onBytes);
        paths.add(line.path);
        const unplug = line.unplug.bind(line);
        line.unplug = () => {
          paths.delete(line.path);
          unplug();
        };
        return line;
      },
    },
    agent: agentOf(host),
    waiting: async () => {},
    published: (path) => paths.has(path),
  };
});

test("a write cut short by the unplug reaches the device as its first bytes, and fails at the agent", async () => {
  const host = new MockHost();
  const heard: Buffer[] = [];
  const line = await host.plug({ stationId: 40380, deviceId: "40380-T1" }, (bytes) => heard.push(bytes));
  const port = agentOf(host)(line.path);
  const open = once(port, "open");
  port.open();
  await open;
  port.on("data", () => {});
  host.cutNextWrite(line.path, 3);
  const closed = once(port, "close");
  port.on("error", () => {});
  port.write(Buffer.from("whole frame"));
  await closed;
  expect(Buffer.concat(heard).toString()).toBe("who");
});

test("an unplugged path cannot be opened", async () => {
  const host = new MockHost();
  await expect(host.binding.open({ path: "/mock/40380/40380-T1", baudRate: 9600 })).rejects.toThrow(
    "No such file",
  );
});
