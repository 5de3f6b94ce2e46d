import { expect, test } from "vitest";
import {
  firstLine,
  linePath,
  parseLinePath,
  parseRequest,
  parseTcpAddress,
  printRequest,
  type TcpRequest,
} from "./tcp-link.ts";

test.each([
  ["tcp://sim:4001", { host: "sim", port: 4001 }],
  ["tcp://127.0.0.1:65535/", { host: "127.0.0.1", port: 65_535 }],
  ["tcp://[::1]:4001", { host: "::1", port: 4001 }],
  ["tcp://sim:0", undefined],
  ["tcp://sim:65536", undefined],
  ["tcp://sim", undefined],
  ["http://sim:4001", undefined],
  ["tcp://sim:4001/40380-T1", undefined],
])("%s", (text, address) => expect(parseTcpAddress(text)).toEqual(address));

test("a line's path leads back to its server and device", () => {
  for (const address of [
    { host: "sim", port: 4001 },
    { host: "::1", port: 4001 },
  ]) {
    const path = linePath(address, "40380-blue-A1");
    expect(parseLinePath(path)).toEqual({ address, deviceId: "40380-blue-A1" });
  }
  expect(() => parseLinePath("/dev/ttyUSB0")).toThrow("tcp://host:port/device");
});

test("what is asked is understood, and nothing else", () => {
  const requests: TcpRequest[] = [
    { kind: "list", stationId: 40380 },
    { kind: "open", deviceId: "40380-blue-A1" },
  ];
  for (const request of requests) expect(parseRequest(printRequest(request).trimEnd())).toEqual(request);
  for (const text of [
    "",
    "LIST",
    "LIST blue",
    "OPEN ",
    "OPEN a b",
    "open 40380-T1",
    `OPEN ${"x".repeat(33)}`,
  ]) {
    expect(parseRequest(text)).toBeUndefined();
  }
});

test("the first line ends at its newline, the rest is untouched, and a flood is no line", () => {
  expect(firstLine(Buffer.from("OK"))).toBeNull();
  expect(firstLine(Buffer.from("OK\r\n\0\n\0", "latin1"))).toEqual({
    line: "OK",
    rest: Buffer.from("\0\n\0"),
  });
  expect(firstLine(Buffer.alloc(64, "x"))).toBeNull();
  expect(() => firstLine(Buffer.alloc(65, "x"))).toThrow("more than 64 bytes");
  expect(() => firstLine(Buffer.from(`${"x".repeat(65)}\n`))).toThrow("more than 64 bytes");
});
