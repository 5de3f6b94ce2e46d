import { join } from "node:path";
import { Command } from "commander";
import type { z } from "zod";
import { exitCodeOf, messageOf } from "../../../schemas/errors.ts";
import { type Environment, isSecret, readConfig, withoutPassword } from "./config.ts";
import { DEFAULT_ENDPOINTS, homeOf, publishedEndpoints, resolveEndpoints } from "./endpoints.ts";
import { fromFile } from "./setting-files.ts";

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

function defaultOf(name: string, field: z.ZodType): string | undefined {
  const { def } = field as unknown as { def: { type: string; defaultValue?: unknown } };
  const value =
    def.type === "default" ? def.defaultValue : DEFAULT_ENDPOINTS[name as keyof typeof DEFAULT_ENDPOINTS];
  if (value === undefined) return undefined;
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

/**
 * Each value with where it came from, by the order in which `readConfig` looks: environment, a file that it names,
 * the running system, the default.
 *
 * @throws {CodedError} CONFIG_INVALID when a named file cannot be read.
 */
export function effectiveSettings(schema: z.ZodObject, env: Environment): readonly EffectiveSetting[] {
  const home = homeOf(env);
  const published = publishedEndpoints(home);
  return settingsOf(schema).map(({ name, default: standard }) => {
    const shown = (value: string, from: string): EffectiveSetting => ({
      name,
      value: isSecret(name) ? "***" : withoutPassword(value),
      from,
    });
    const given = env[name];
    if (given) return shown(given, "environment");
    const filed = `${name}_FILE` in schema.shape ? undefined : fromFile(name, env);
    if (filed) return shown(filed, `file ${env[`${name}_FILE`]}`);
    const running = published[name];
    if (running) return shown(running, `running system (${join(home, "run", "endpoints.json")})`);
    if (standard !== undefined) return shown(standard, "default");
    return { name, value: null, from: "not set" };
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
        for (const schema of schemas) readConfig(schema, { ...env, ...resolvedIn(schema, env) });
      } catch (error) {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exitCode = exitCodeOf(error);
      }
    });
  return config;
}

function resolvedIn(schema: z.ZodObject, env: Environment): Environment {
  const known = Object.entries(resolveEndpoints(env)).filter(([name]) => name in schema.shape);
  return Object.fromEntries(known);
}

function tableOf(rows: readonly EffectiveSetting[]): string {
  const cells = rows.map(({ name, value, from }) => [name, value ?? "", from] as const);
  const width = (column: 0 | 1): number => Math.max(...cells.map((row) => row[column].length));
  const [names, values] = [width(0), width(1)];
  return cells
    .map(([name, value, from]) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${from}\n`)
    .join("");
}
