import { hostname } from "node:os";
import { z } from "zod";
import { defined } from "../defined.ts";
import type { AccessRules } from "./access.ts";
import { tokenSetting } from "./token.ts";

const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(z.array(z.string()));

/** For servers that others than this machine's programs may use. */
export const accessSettings = {
  HTTP_ALLOWED_HOSTS: list
    .refine((hosts) => hosts.every((host) => /^(\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)$/.test(host)), {
      error: "give names without port, separated by commas, for example chicago.example.org,.lan",
    })
    .default([])
    .describe(
      "Names by which browsers may call this server besides addresses, names without a dot and this machine's own: separated by commas, `.example.org` for all below it, `*` for any. Once set, others are refused over the network too.",
    ),
  HTTP_ALLOWED_ORIGINS: list
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      {
        error: "give origins, separated by commas, for example https://chicago.example.org",
      },
    )
    .default([])
    .describe("Origins of other servers' pages that may use this server, separated by commas."),
  ...tokenSetting,
};

type AccessSettings = Readonly<z.output<z.ZodObject<typeof accessSettings>>>;

export function accessOf(settings: AccessSettings): AccessRules {
  return {
    allowedHosts: settings.HTTP_ALLOWED_HOSTS,
    allowedOrigins: settings.HTTP_ALLOWED_ORIGINS,
    machine: hostname(),
    ...defined({ token: settings.HTTP_TOKEN }),
  };
}

/** For callers on this machine alone. @param token - what writes must bear; left out: nothing. */
export function closedAccess(token?: string): AccessRules {
  return { allowedHosts: [], allowedOrigins: [], machine: hostname(), ...defined({ token }) };
}
