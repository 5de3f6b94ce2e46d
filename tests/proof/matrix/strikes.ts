import { parseDeviceId } from "../../../schemas/network/devices.ts";
import { forgeCopies } from "../injectors/forger.ts";
import type { InjectionSeat, Injector } from "../injectors/injector.ts";
import { struckReading } from "../injectors/items.ts";
import type { Strike, StrikeTarget } from "../injectors/strike.ts";
import type { Pipeline } from "../world/pipeline.ts";
import type { ScriptedField } from "../world/scripted-field.ts";
import type { World } from "../world/world.ts";
import type { Assigned } from "./assign.ts";
import type { Cell } from "./cells.ts";

/** Readings of a struck turnstile: before the strike, and struck. */
export const READINGS = 60;

/** The injector's seat for a cell; undefined: in the field's memories, or a stranger's producer. */
function seatOf({ place, fault }: Cell): InjectionSeat | undefined {
  const doubles = fault === "doubled 1";
  switch (place) {
    case "before raw":
      return "gateway";
    case "raw":
      return "raw";
    case "dedup":
      // What dedup is given twice it drops: doubling is in what it writes.
      return doubles ? "dedup's output" : "dedup's input";
    case "clean topic":
      return doubles ? undefined : "clean";
    case "summary":
      return "query's input";
    default:
      return undefined;
  }
}

interface Struck extends Assigned {
  readonly strike: Strike;
}

/** Every target numbers readings, which go their way and are struck on it. @returns the strikes, cell by cell. */
export async function strikeAll(
  world: World,
  pipeline: Pipeline,
  injector: Injector,
  assigned: readonly Assigned[],
): Promise<readonly Strike[]> {
  const { field } = pipeline;
  const all = assigned.map((one): Struck => {
    const from = field.device(one.deviceId).seq + 1;
    const target = targetOf(field, one.deviceId);
    const partner = targetOf(field, one.partnerId);
    return {
      ...one,
      strike: { fault: one.cell.fault, target, partner, range: { from, to: from + READINGS - 1 } },
    };
  });
  for (const { cell, deviceId, strike } of all) {
    const seat = seatOf(cell);
    if (seat) injector.strike(seat, strike);
    field.press(deviceId, READINGS);
  }
  // Announced: what was never announced cannot be missed.
  await field.tell();
  for (const one of all) if (one.cell.place === "device memory") strikeMemory(field, "ring", one);
  field.collect();
  await field.tell();
  for (const one of all) if (one.cell.place === "outbox") strikeMemory(field, "outbox", one);
  await field.publish(injector.beforeRaw);
  const forged = all.filter(({ cell }) => cell.place === "clean topic" && cell.fault === "doubled 1");
  await forgeCopies(
    world,
    pipeline,
    forged.map(({ strike }) => strike),
  );
  return all.map(({ strike }) => strike);
}

function targetOf(field: ScriptedField, deviceId: string): StrikeTarget {
  const stationId = parseDeviceId(deviceId)?.stationId ?? 0;
  return { deviceId, bootId: field.device(deviceId).bootId, stationId };
}

/** Change what a device's memory, or its agent's disk, holds. */
function strikeMemory(
  field: ScriptedField,
  memory: "ring" | "outbox",
  { cell, deviceId, partnerId, strike }: Struck,
): void {
  const device = field.device(deviceId);
  if (cell.fault === "whole batch gone") {
    if (memory === "ring") device.erase();
    else device.loseOutbox();
    return;
  }
  const held = device[memory].splice(0, Number.POSITIVE_INFINITY);
  for (const { reading, stationId } of held.flatMap((one) => struckReading(one, device.stationId, strike))) {
    const holder = stationId === device.stationId ? device : field.device(partnerId);
    holder[memory].push(reading);
  }
}
