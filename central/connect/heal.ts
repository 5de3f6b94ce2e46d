import { slotProblem } from "../../infra/runtime/postgres/slots.ts";
import { messageOf } from "../../schemas/errors.ts";
import type { ConnectorConfig } from "./ports.ts";
import type { Slots } from "./slots.ts";

interface HealContext {
  readonly slots: Slots;
  /** A line for the user. */
  readonly say: (line: string) => void;
}

/** The replication slot of a connector; undefined: it has none. */
function slotOf(config: ConnectorConfig | undefined): string | undefined {
  return config?.["slot.name"];
}

/** Say how a connector's slot is. @returns false when it is lost: nothing arrives by this connector. */
export async function showSlot(
  { slots, say }: HealContext,
  config: ConnectorConfig | undefined,
): Promise<boolean> {
  const name = slotOf(config);
  if (name === undefined) return true;
  try {
    const slot = await slots.find(name);
    if (!slot) {
      say(`  replication slot ${name}: not there yet`);
      return true;
    }
    const problem = slotProblem(slot);
    const kept = `${Math.round((slot.retainedBytes ?? 0) / 1e6)} MB of PostgreSQL's log are kept for it`;
    say(`  replication slot ${name}: ${slot.lost ? "LOST" : slot.active ? "read" : "not read"}, ${kept}`);
    if (problem !== undefined) say(`  ${problem}`);
    return !slot.lost;
  } catch (error) {
    // Connect may reach a PostgreSQL that this command does not.
    say(`  replication slot ${name}: not known, ${messageOf(error)}`);
    return true;
  }
}

/**
 * Drop a connector's slot when it is lost. Nothing can be read from it any more; with a new one the connector reads the
 * whole table again, and the stations transform finds out what was deleted meanwhile.
 *
 * @returns whether it did, so that the connector has to start again.
 */
export async function dropLostSlot(
  context: HealContext,
  config: ConnectorConfig | undefined,
): Promise<boolean> {
  const { slots, say } = context;
  const name = slotOf(config);
  if (name === undefined) return false;
  const slot = await slots.find(name).catch(() => undefined);
  if (!slot?.lost) return false;
  say(`  the replication slot ${name} is lost${slot.cause === null ? "" : ` (${slot.cause})`}: dropped`);
  say("  the connector makes a new one and reads the table again");
  await slots.drop(name);
  return true;
}
