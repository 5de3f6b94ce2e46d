import { z } from "zod";
import { CodedError } from "../../../schemas/errors.ts";
import { parseTcpAddress } from "../../../schemas/wire/tcp-link.ts";
import type { Environment } from "./environment.ts";
import { settingsIn } from "./precedence.ts";

/**
 * Read and freeze a service's settings from the environment by one zod schema whose keys are variable names.
 *
 * Only `main.ts` and `config.ts` call this; everything else takes what it needs as parameters. `settingsIn` says where
 * each value is looked for.
 *
 * @throws {CodedError} CONFIG_INVALID that names each variable, its value and what would do.
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: Environment): Readonly<z.output<S>> {
  const names = Object.keys(schema.shape);
  const find = settingsIn(env, names);
  const present = Object.fromEntries(
    names.flatMap((name) => {
      const found = find(name);
      return found ? [[name, found.value]] : [];
    }),
  );
  const result = schema.safeParse(present);
  if (result.success) return Object.freeze(result.data) as Readonly<z.output<S>>;
  const problems = result.error.issues.map((issue) => {
    const variable = String(issue.path[0] ?? "settings");
    const value = present[variable];
    const shown =
      value === undefined ? "not set" : isSecret(variable) ? "set" : `"${withoutPassword(value)}"`;
    return { variable, value: shown, problem: issue.message };
  });
  throw new CodedError("CONFIG_INVALID", {
    message: problems.map((p) => `${p.variable} is ${p.value}: ${p.problem}`).join("; "),
    retryable: false,
    context: { problems },
  });
}

/** Is this setting's value never to be shown? The name of a file that holds a secret is none. */
export function isSecret(variable: string): boolean {
  return /SECRET|PASSWORD|TOKEN|API_KEY$/.test(variable) && !variable.endsWith("_FILE");
}

/** An address without the password that it may hold. */
export function withoutPassword(value: string): string {
  return value.replace(/(\/\/[^:@/\s]*):[^@/\s]*@/g, "$1:***@");
}

/** `host:port[,host:port…]` */
export const brokerList = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .refine((list) => list.every((b) => /^[^:\s]+:\d{1,5}$/.test(b)), {
    message: "give host:port, separated by commas, for example localhost:9092",
  });

export const httpUrl = z.url({
  protocol: /^https?$/,
  error: "give a URL, for example http://localhost:8081",
});

/** @param error - for what is no number: "give seconds", for example. */
export function wholeNumber(min: number, max: number, error = "give a number") {
  return z.coerce
    .number({ error })
    .int("give a whole number")
    .min(min, `at least ${min}`)
    .max(max, `at most ${max}`);
}

export const port = z.coerce
  .number({ error: "give a port number" })
  .int("give a whole number")
  .min(0, "ports start at 0 (any free one)")
  .max(65_535, "ports end at 65535");

/** For `serveProbes`. */
export const probeSettings = {
  PROBE_PORT: port
    .optional()
    .describe("Where `/metrics`, `/healthz` and `/readyz` are served; not set: nowhere."),
  PROBE_HOST: z
    .string()
    .min(1, "give an address")
    .default("127.0.0.1")
    .describe("The address that PROBE_PORT listens on; `0.0.0.0` for a Prometheus elsewhere."),
};
export type ProbeSettings = Readonly<z.output<z.ZodObject<typeof probeSettings>>>;

/** Serial lines over TCP: where a simulator serves them, and where agents find them. */
export const serialLink = z
  .string()
  .transform((text, context) => {
    const address = parseTcpAddress(text);
    if (address) return address;
    context.addIssue("give tcp://host:port, for example tcp://127.0.0.1:4001");
    return z.NEVER;
  })
  .optional();

export const logLevel = z
  .enum(["trace", "debug", "info", "warn", "error", "silent"], {
    error: "one of trace, debug, info, warn, error, silent",
  })
  .default("info")
  .describe("What is logged to stderr: trace, debug, info, warn, error or silent.");

/** What every process reads. */
export const logSettings = z.object({ LOG_LEVEL: logLevel });

/** What a process of services without a port for probes of their own reads. */
export const processSettings = z.object({ ...logSettings.shape, ...probeSettings });

export const topicPrefix = z
  .string()
  .default("")
  .describe("Stands before every topic's name, so that several systems share a cluster.");

/** `1`, `true`, `on`, `yes` and their opposites. */
export const flag = z.stringbool({ error: "give 1 or 0" });

/** Read by dedup, and by what looks at what dedup wrote. */
export const stationTopics = flag
  .default(true)
  .describe("1: also write each clean record to its station's own topic.");
