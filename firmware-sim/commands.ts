import { Argument, type Command, Option } from "commander";
import { numberFrom } from "../infra/runtime/service/day-options.ts";
import type { ControlClient } from "./control/client.ts";
import { FAULT_KINDS, type FaultKind } from "./faults/kinds.ts";
import { durationOption } from "./options.ts";
import { cityTime } from "./report/text.ts";

/** Where a command's answer goes. */
export type Print = (text: string) => void;

/** Commands to a simulator that runs already, found by `FIRMWARE_SIM_URL` or the running system's addresses. */
export function addControlCommands(program: Command, client: () => ControlClient, print: Print): void {
  addFaultCommands(program, client, print);
  program
    .command("press")
    .description("entries at a turnstile, or a train at a sensor, by hand")
    .argument("<device>", "for example 40380-T1")
    .argument("[count]", "how many", numberFrom(1, 1_000_000, true), 1)
    .action(async (device: string, count: number) => {
      const { stored } = await client().press(device, count);
      print(`${stored} of ${count} stored by ${device}${stored < count ? ": its ring is full" : ""}`);
    });
  addLookCommands(program, client, print);
}

/** To let something go wrong, and to end it. */
function addFaultCommands(program: Command, client: () => ControlClient, print: Print): void {
  program
    .command("fault")
    .description("let something go wrong; target: all, a line, a station (id or name) or a device")
    .addArgument(new Argument("<kind>", "what").choices(FAULT_KINDS))
    .argument("<target>", "for example 40380-T1, 40380, red, all")
    .option("--for <time>", "heal by itself after this time, for example 20s", durationOption)
    .addOption(
      new Option("--strength <n>", "noise: bit error rate; cut: share of bytes; duplicate: copies").argParser(
        numberFrom(0, 1000),
      ),
    )
    .action(async (kind: FaultKind, target: string, options: { for?: number; strength?: number }) => {
      const { devices } = await client().strike({
        kind,
        target,
        forMs: options.for,
        strength: options.strength,
      });
      print(`${kind}: ${list(devices)}${options.for ? `, for ${options.for / 1000} s` : ""}`);
    });

  program
    .command("heal")
    .description("end all faults, or those of one target")
    .argument("[target]", "all, a line, a station or a device", "all")
    .option("--all", "the same as no target")
    .action(async (target: string) => {
      const { healed } = await client().heal(target);
      print(`${healed} faults healed`);
    });
}

/** To look at devices and at the city. */
function addLookCommands(program: Command, client: () => ControlClient, print: Print): void {
  program
    .command("devices")
    .description("every device, its line and what it holds")
    .option("--json", "for programs")
    .action(async (options: { json?: boolean }) => {
      const devices = await client().devices();
      if (options.json) {
        print(JSON.stringify(devices, null, 2));
        return;
      }
      print("DEVICE           LINE       BOOT        NUMBERED  LOST  WAITING  RESENDS  FAULTS");
      for (const d of devices) {
        const line = d.path === null ? "unplugged" : d.greeted ? "greeted" : "plugged in";
        const cells = [
          d.id.padEnd(16),
          line.padEnd(10),
          String(d.bootId).padEnd(10),
          String(d.numbered).padStart(9),
          String(d.happened - d.numbered).padStart(5),
          String(d.waiting).padStart(8),
          String(d.resends).padStart(8),
        ];
        print(`${cells.join(" ")}  ${d.faults.join(", ")}`.trimEnd());
      }
    });

  program
    .command("state")
    .description("the city's time, rates and totals")
    .action(async () => {
      const state = await client().state();
      print(JSON.stringify({ ...state, chicago: cityTime(state.service) }, null, 2));
    });
}

function list(devices: readonly string[]): string {
  return devices.length <= 4 ? devices.join(", ") : `${devices.length} devices`;
}
