import { z } from "zod";
import { CodedError } from "../../../../schemas/errors.ts";
import type { StoryRef } from "../../../../schemas/page/story.ts";
import { type Controls, orderSimulator } from "./perform.ts";

const pressed = z.object({
  last: z.object({ bootId: z.int(), seq: z.int() }).nullable(),
});

/**
 * Walk through a turnstile once.
 *
 * @returns which entry that is.
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when no simulator answers; CONTROL_FAILED when it refuses.
 */
export async function press(deviceId: string, controls: Controls): Promise<StoryRef> {
  const answer = pressed.safeParse(await orderSimulator("/press", { device: deviceId }, controls));
  if (answer.data?.last) return { deviceId, ...answer.data.last };
  throw new CodedError("CONTROL_FAILED", {
    message: answer.success
      ? `the memory of ${deviceId} is full: the entry was counted as refused`
      : "the firmware simulator does not say which entry it was: it is of another version",
    retryable: false,
    context: { deviceId },
  });
}
