import { expect, test } from "vitest";
import { seededRandom } from "../../infra/runtime/random.ts";
import { parkedVehicle, step, type VehicleState } from "./vehicle.ts";

/** Every second of some hours. */
function journey(seed: number, seconds: number): readonly VehicleState[] {
  const random = seededRandom(seed);
  const states = [parkedVehicle(random)];
  for (let n = 0; n < seconds; n++) states.push(step(states[n] as VehicleState, 1_000, random));
  return states;
}

test("a vehicle stays near Chicago, within what its fields may hold", () => {
  const beyond = journey(1, 40_000).filter(
    ({ lat, lon, heading, battery, mode, speed }) =>
      Math.abs(lat - 41.85) > 0.2 ||
      Math.abs(lon + 87.72) > 0.15 ||
      !(heading >= 0 && heading < 360 && battery > 0 && battery <= 100) ||
      (mode !== "driving" && speed !== 0),
  );
  expect(beyond).toEqual([]);
});

test("it drives, stops, and charges when its battery is low", () => {
  expect(new Set(journey(2, 40_000).map(({ mode }) => mode))).toEqual(
    new Set(["stopped", "driving", "charging"]),
  );
});

test("the same seed gives the same journey", () => {
  expect(journey(3, 500)).toEqual(journey(3, 500));
  expect(journey(3, 500)).not.toEqual(journey(4, 500));
});
