import { type LatLon, type Point, project } from "../rules/projection.ts";

/** Degrees of latitude of a short step: a few metres. */
const AHEAD = 1e-4;

/** Where a vehicle is drawn and which way it points there, degrees clockwise from up: the map bends, and it with it. */
export function placeVehicle(at: LatLon, heading: number): Point & { readonly turn: number } {
  const radians = (heading * Math.PI) / 180;
  const here = project(at);
  const ahead = project({
    lat: at.lat + AHEAD * Math.cos(radians),
    lon: at.lon + (AHEAD * Math.sin(radians)) / Math.cos((at.lat * Math.PI) / 180),
  });
  const turn = (Math.atan2(ahead.x - here.x, here.y - ahead.y) * 180) / Math.PI;
  return { ...here, turn: Math.round(turn + 360) % 360 };
}
