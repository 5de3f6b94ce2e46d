import { z } from "zod";
import type { StoryRef } from "../../../../schemas/page/story.ts";

/** A device as the simulator's control interface tells it. */
const device = z.object({
  id: z.string(),
  /** null: unplugged. */
  path: z.string().nullable(),
  bootId: z.number(),
  seq: z.number(),
  waiting: z.number(),
  faults: z.array(z.string()),
});
const ring = z.object({
  device,
  frame: z
    .string()
    .regex(/^([0-9a-f]{2})*$/)
    .nullable(),
});

export type SimulatedDevice = z.infer<typeof device>;
export type SimulatedRing = z.infer<typeof ring>;

const TIMEOUT_MS = 1_000;

/** What simulated devices hold. Real ones cannot be asked: then nothing is known of them but what their agents say. */
export class SimulatedDevices {
  readonly #url: string | null;

  /** @param url - of the simulator's control interface; null: the devices are real. */
  constructor(url: string | null) {
    this.#url = url;
  }

  /** null: not known. */
  async device(id: string): Promise<SimulatedDevice | null> {
    return await this.#get(`/devices/${encodeURIComponent(id)}`, device);
  }

  /** The device, and a reading's frame as its ring holds it. */
  async ring({ deviceId, bootId, seq }: StoryRef): Promise<SimulatedRing | null> {
    return await this.#get(`/devices/${encodeURIComponent(deviceId)}/ring/${bootId}/${seq}`, ring);
  }

  async #get<T>(path: string, shape: z.ZodType<T>): Promise<T | null> {
    if (this.#url === null) return null;
    try {
      const answer = await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return answer.ok ? shape.parse(await answer.json()) : null;
    } catch {
      // It may be starting again, or be another program: what is not known is not said.
      return null;
    }
  }
}
