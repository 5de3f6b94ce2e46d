import { z } from "zod";
import { accessSettings } from "../../runtime/http/access-settings.ts";

/** One server behind the door. */
export interface Behind {
  /** Where the door listens for it. */
  readonly port: number;
  /** `http://schema-registry:8081` */
  readonly target: string;
}

const pair = /^(\d{1,5})=(http:\/\/[^\s,]+)$/;

const list = z.string().transform((text, context): readonly Behind[] => {
  const pairs = text.split(",").map((word) => pair.exec(word.trim()));
  const found = pairs.flatMap((match) => {
    const [, port = "", url = ""] = match ?? [];
    const target = url.replace(/\/$/, "");
    const isOrigin = URL.canParse(url) && new URL(url).origin === target;
    return isOrigin && Number(port) <= 65_535 ? [{ port: Number(port), target }] : [];
  });
  if (found.length === pairs.length) return found;
  context.addIssue(
    "give port=http://host:port, separated by commas, for example 8081=http://schema-registry:8081",
  );
  return z.NEVER;
});

export const frontDoorSettings = z.object({
  FRONT_DOOR_TARGETS: list.describe(
    "The servers behind the door, and the port at which each is reached: `8081=http://schema-registry:8081`, separated by commas; port 0 takes any free one.",
  ),
  FRONT_DOOR_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address that the door listens on; 0.0.0.0 for everybody."),
  FRONT_DOOR_MAX_BODY: z.coerce
    .number({ error: "give a number of bytes" })
    .int("give a whole number of bytes")
    .min(1024, "give 1024 bytes or more")
    .default(32 * 1024 * 1024)
    .describe("Bytes of a request's body, at most."),
  ...accessSettings,
});
