import { CodedError } from "../../schemas/errors.ts";
import { anySighting } from "../city/load.ts";
import type { DeviceGroup, Member } from "../devices/device-group.ts";
import { resolveTarget } from "../devices/targets.ts";
import type { FaultBoard } from "../faults/fault-board.ts";
import {
  type HealAnswer,
  healRequest,
  type PressAnswer,
  pressRequest,
  type RingAnswer,
  type SimulatedDeviceView,
  type StateView,
  type StrikeAnswer,
  strikeRequest,
} from "./api.ts";
import { type ControlRoute, parseBody } from "./server.ts";
import { deviceView } from "./views.ts";

export interface SimulatorControls {
  readonly devices: DeviceGroup;
  readonly faults: FaultBoard;
  readonly state: () => StateView;
  /** Service time, epoch ms. */
  readonly service: () => number;
}

/** What the control interface offers. */
export function controlRoutes({
  devices,
  faults,
  state,
  service,
}: SimulatorControls): readonly ControlRoute[] {
  const view = (member: Member, active = faults.active): SimulatedDeviceView =>
    deviceView(
      member,
      active.filter((fault) => fault.device === member.ref.id).map((fault) => fault.kind),
    );
  const views = (): SimulatedDeviceView[] => {
    const active = faults.active;
    return devices.members.map((member) => view(member, active));
  };
  const memberOf = (device: string): Member => {
    const member = devices.member(device);
    if (member) return member;
    throw new CodedError("USAGE", { message: `"${device}" is no device's id`, retryable: false });
  };
  const ring = ({ device = "", boot, seq }: Readonly<Record<string, string>>): RingAnswer => {
    const member = memberOf(device);
    const held = member.line.device.ring;
    const number = held.numberOf(Number(boot), Number(seq));
    const frame = number === undefined ? undefined : held.entry(number);
    return { device: view(member), frame: frame?.toString("hex") ?? null };
  };
  const press = (body: unknown): PressAnswer => {
    const { device, count } = parseBody(pressRequest, body);
    const [member] = resolveTarget(device, devices.members);
    const sighting = member && anySighting(member.ref.id, service());
    if (member?.ref.id !== device || !sighting) {
      throw new CodedError("USAGE", { message: `"${device}" is no device's id`, retryable: false });
    }
    let stored = 0;
    for (let i = 0; i < count; i++) if (devices.notice(device, sighting)) stored += 1;
    const { bootId, seq } = member.line.device.ring.counters;
    return { stored, last: stored === 0 ? null : { bootId, seq } };
  };
  return [
    { method: "GET", path: "/healthz", handle: () => ({ ok: true }) },
    { method: "GET", path: "/devices", handle: views },
    { method: "GET", path: "/devices/:device", handle: (_, { device = "" }) => view(memberOf(device)) },
    { method: "GET", path: "/devices/:device/ring/:boot/:seq", handle: (_, params) => ring(params) },
    { method: "GET", path: "/faults", handle: () => faults.active },
    { method: "GET", path: "/state", handle: () => state() },
    {
      method: "POST",
      path: "/faults",
      handle: (body): StrikeAnswer => ({ devices: faults.strike(parseBody(strikeRequest, body)) }),
    },
    {
      method: "POST",
      path: "/heal",
      handle: async (body): Promise<HealAnswer> => {
        const { target, kinds } = parseBody(healRequest, body);
        return { healed: await faults.heal(target, kinds) };
      },
    },
    { method: "POST", path: "/press", handle: press },
  ];
}
