import { CodedError } from "../../schemas/errors.ts";
import { anySighting } from "../city/load.ts";
import type { DeviceGroup } from "../devices/device-group.ts";
import { resolveTarget } from "../devices/targets.ts";
import type { FaultBoard } from "../faults/fault-board.ts";
import {
  type HealAnswer,
  healRequest,
  type PressAnswer,
  pressRequest,
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
  const views = (): SimulatedDeviceView[] => {
    const active = faults.active;
    return devices.members.map((member) =>
      deviceView(
        member,
        active.filter((fault) => fault.device === member.ref.id).map((fault) => fault.kind),
      ),
    );
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
    return { stored };
  };
  return [
    { method: "GET", path: "/healthz", handle: () => ({ ok: true }) },
    { method: "GET", path: "/devices", handle: views },
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
