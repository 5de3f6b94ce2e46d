import { z } from "zod";
import type { VehicleAnswer, VehicleView } from "../../../../schemas/page/fleet.ts";

/** The shape of `GET /vehicles` for the OpenAPI document. */
export const vehicleShape = z.strictObject({
  id: z.string(),
  lat: z.number().describe("WGS 84, degrees"),
  lon: z.number(),
  speed: z.number().describe("km/h"),
  heading: z.number().describe("Degrees clockwise from north"),
  battery: z.number().describe("Per cent"),
  at: z.iso.datetime().describe("When it was there, by its own clock"),
  heard: z.iso.datetime().describe("When it was heard of"),
  stale: z.boolean().describe("Not heard of for longer than usual"),
}) satisfies z.ZodType<VehicleAnswer>;

export function vehicleAnswer(vehicle: VehicleView): VehicleAnswer {
  const { at, heard } = vehicle;
  return { ...vehicle, at: new Date(at).toISOString(), heard: new Date(heard).toISOString() };
}
