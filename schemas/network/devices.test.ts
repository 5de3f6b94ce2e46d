import { expect, test } from "vitest";
import { devicesOf, directionOf, parseDeviceId } from "./devices.ts";
import { STATIONS, stationById } from "./network.ts";

test("a device id says what it is", () => {
  expect(parseDeviceId("40380-blue-A2")).toEqual({
    kind: "arrival",
    id: "40380-blue-A2",
    stationId: 40380,
    line: "blue",
    side: 2,
  });
  expect(parseDeviceId("40380-T12")).toEqual({
    kind: "turnstile",
    id: "40380-T12",
    stationId: 40380,
    number: 12,
  });
});

test.each([
  "",
  "40380",
  "40380-T0",
  "40380-T100",
  "4038-T1",
  "40380-pink-A1",
  "40380-red-A3",
  "x40380-T1",
  "40380-T1 ",
])("%j is no device id", (id) => expect(parseDeviceId(id)).toBeUndefined());

test("372 devices: two sensors per station and line, two turnstiles per station, no id twice", () => {
  const devices = STATIONS.flatMap((station) => devicesOf(station));
  expect(devices.filter((d) => d.kind === "arrival")).toHaveLength(188);
  expect(devices.filter((d) => d.kind === "turnstile")).toHaveLength(184);
  expect(new Set(devices.map((d) => d.id)).size).toBe(372);
  for (const device of devices) expect(parseDeviceId(device.id)).toEqual(device);
});

test("a two-line station has a sensor per side and line", () => {
  const station = stationById(40380);
  expect(station && devicesOf(station, 1).map((d) => d.id)).toEqual([
    "40380-blue-A1",
    "40380-blue-A2",
    "40380-green-A1",
    "40380-green-A2",
    "40380-T1",
  ]);
});

test("side 1 hears direction a, side 2 direction b", () => {
  expect([directionOf(1), directionOf(2)]).toEqual(["a", "b"]);
});
