import { Command } from "commander";
import type { z } from "zod";
import { exitCodeOf, messageOf } from "../../../schemas/errors.ts";
import { printableLines } from "../text/printable.ts";
import { isSecret, readConfig, withoutPassword } from "./config.ts";
import { DEFAULT_ENDPOINTS, homeOf } from "./endpoints.ts";
import type { Environment } from "./environment.ts";
import { settingsIn } from "./precedence.ts";

/** One variable of a service, as its schema has it. */
export interface Setting {
  readonly name: string;
  /** undefined: it has none. */
  readonly default: string | undefined;
  readonly description: string;
}

/** A setting's value now, and who gave it. */
export interface EffectiveSetting {
  readonly name: string;
  /** null: not set. A secret is `***`. */
  readonly value: string | null;
  /** "environment", "file …", "running system …", "default" or "not set". */
  readonly from: string;
}

/** The variables of a schema, in its order. */
export function settingsOf(schema: z.ZodObject): readonly Setting[] {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    default: defaultOf(name, field as z.ZodType),
    description: (field as z.ZodType).description ?? "",
  }));
}

/** A setting's default as pages and help show it, without a password; "" where there is none. */
export function shownDefault(setting: Setting): string {
  return setting.default === undefined ? "" : withoutPassword(setting.default);
}

function defaultOf(name: string, field: z.ZodType): string | undefined {
  const { def } = field as unknown as { def: { type: string; defaultValue?: unknown } };
  const value =
    def.type === "default" ? def.defaultValue : DEFAULT_ENDPOINTS[name as keyof typeof DEFAULT_ENDPOINTS];
  if (value === undefined) return undefined;
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

/**
 * Each value with where it came from.
 *
 * @throws {CodedError} CONFIG_INVALID when a named file cannot be read.
 */
export function effectiveSettings(schema: z.ZodObject, env: Environment): readonly EffectiveSetting[] {
  const find = settingsIn(env, Object.keys(schema.shape));
  return settingsOf(schema).map(({ name, default: standard }) => {
    const found = find(name) ?? (standard === undefined ? undefined : { value: standard, from: "default" });
    if (!found) return { name, value: null, from: "not set" };
    return { name, value: isSecret(name) ? "***" : withoutPassword(found.value), from: found.from };
  });
}

/**
 * `config print`: the settings of a service as it would start now; then what is wrong with them, and exit code 78.
 *
 * @param schemas - of everything that may run in the process.
 */
export function configCommand(schemas: readonly z.ZodObject[], env: Environment): Command {
  const config = new Command("config").description(
    "what this would run with, and where each value came from",
  );
  config
    .command("print")
    .description("every setting with its value and source; secrets are hidden")
    .option("--json", "for programs")
    .addHelpText("after", "\nExamples:\n  config print\n  KAFKA_BROKERS=kafka-1:9092 … config print --json")
    .action((options: { readonly json?: boolean }) => {
      const home = {
        name: "ELEVATED_HOME",
        value: homeOf(env),
        from: env["ELEVATED_HOME"] ? "environment" : "default",
      };
      const rows = new Map([
        [home.name, home],
        ...schemas.flatMap((each) => effectiveSettings(each, env).map((row) => [row.name, row] as const)),
      ]);
      process.stdout.write(
        options.json ? `${JSON.stringify([...rows.values()], null, 2)}\n` : tableOf([...rows.values()]),
      );
      try {
        for (const schema of schemas) readConfig(schema, env);
      } catch (error) {
        process.stderr.write(`${printableLines(messageOf(error))}\n`);
        process.exitCode = exitCodeOf(error);
      }
    });
  return config;
}

function tableOf(rows: readonly EffectiveSetting[]): string {
  const cells = rows.map(({ name, value, from }) => [name, value ?? "", from] as const);
  const width = (column: 0 | 1): number => Math.max(...cells.map((row) => row[column].length));
  const [names, values] = [width(0), width(1)];
  return cells
    .map(([name, value, from]) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${from}\n`)
    .join("");
}
