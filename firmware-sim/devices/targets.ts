import { nearestStations } from "../../infra/runtime/text/stations.ts";
import { CodedError } from "../../schemas/errors.ts";
import { parseDeviceId } from "../../schemas/network/devices.ts";
import { isLine, STATIONS } from "../../schemas/network/network.ts";
import type { Member } from "./device-group.ts";

/**
 * Which devices a person means: `all`, a line (`red`; its sensors and the turnstiles of its stations), a station by id
 * or by name, or a device id.
 *
 * @throws {CodedError} USAGE with what comes nearest.
 */
export function resolveTarget(target: string, members: readonly Member[]): readonly Member[] {
  const found = members.filter(matcher(target));
  if (found.length > 0) return found;
  const station = parseDeviceId(target)?.stationId ?? target;
  const near = nearestStations(String(station)).map((s) => `${s.id} ${s.name}`);
  throw new CodedError("USAGE", {
    message: `no device here is meant by "${target}": give all, red, blue, green, a station (${near.join(", ")}) or a device id such as 40380-T1`,
    retryable: false,
    context: { target },
  });
}

function matcher(target: string): (member: Member) => boolean {
  if (target === "all") return () => true;
  if (isLine(target)) {
    const onLine = new Set(STATIONS.filter((s) => s.stops.some((x) => x.line === target)).map((s) => s.id));
    return ({ ref }) => (ref.kind === "arrival" ? ref.line === target : onLine.has(ref.stationId));
  }
  if (/^\d+$/.test(target)) return ({ ref }) => ref.stationId === Number(target);
  const named = STATIONS.filter((s) => s.name.toLowerCase() === target.toLowerCase()).map((s) => s.id);
  return ({ ref }) => ref.id === target || named.includes(ref.stationId);
}
