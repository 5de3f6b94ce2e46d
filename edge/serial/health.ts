import type { DeviceHealth } from "../../schemas/states.ts";
import { LINK } from "../../schemas/wire/frame.ts";
import type { LinkState } from "./link.ts";

/** Two heartbeats missed, and half of one for the line and the clock. */
export const LATE_MS = 2.5 * LINK.heartbeatMs;
/** Silent: waiting is over. */
export const OFFLINE_MS = 6 * LINK.heartbeatMs;

export interface Health {
  readonly state: DeviceHealth;
  /** In words for a person. */
  readonly reason: string;
}

/** What is known of a device's line besides the link itself. */
export interface LineFacts {
  /** Is there a line under the serial folder? */
  readonly plugged: boolean;
  /** Why the line could not be opened or was lost, if it was. */
  readonly trouble: string | null;
  /** Was the device ever heard, in this run or an earlier one? */
  readonly everHeard: boolean;
  /** When the line was opened, ms of the monotonic clock; null while it is not open. */
  readonly openedAt: number | null;
}

/** How the device is, `at` ms of the monotonic clock. */
export function healthOf(link: LinkState, line: LineFacts, at: number): Health {
  if (!line.plugged) {
    return line.everHeard
      ? { state: "offline", reason: "unplugged" }
      : { state: "never_seen", reason: "no line yet" };
  }
  if (line.openedAt === null) {
    return { state: line.everHeard ? "offline" : "never_seen", reason: line.trouble ?? "opening the line" };
  }
  if (link.alarm) {
    return { state: "offline", reason: `two memories claim boot ${link.alarm.bootId}` };
  }
  const since = link.heardAt ?? line.openedAt;
  const silentMs = at - since;
  if (link.heardAt === null) {
    if (silentMs < OFFLINE_MS && line.everHeard) return { state: "late", reason: "greeted, no answer yet" };
    if (!line.everHeard) return { state: "never_seen", reason: "greeted, no answer yet" };
  } else if (silentMs < LATE_MS) {
    return { state: "online", reason: "heard" };
  }
  if (silentMs < OFFLINE_MS) return { state: "late", reason: "two heartbeats missed" };
  return { state: "offline", reason: "silent" };
}
