import { z } from "zod";
import { RestError } from "../../../runtime/http/errors.ts";
import {
  type Metadata,
  type Rule,
  type RuleSet,
  SCHEMA_TYPES,
  type SchemaReference,
  type SchemaType,
} from "./content.ts";
import { refusal } from "./errors.ts";

/** The property that Confluent's registry counts up with each version once it is there. */
const VERSION_PROPERTY = "confluent:version";

const MIGRATION_MODES = ["UPGRADE", "DOWNGRADE", "UPDOWN"];
const DATA_MODES = ["WRITE", "READ", "WRITEREAD"];

/** As Jackson reads a text: numbers and booleans count as what they are written as. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const names = z
  .array(text)
  .nullish()
  .transform((list) => list && [...new Set(list)].sort());
const texts = z
  .record(z.string(), text.nullish())
  .nullish()
  .transform((map) => map && sortedByKey(map));

const metadataShape = z.object({
  tags: z
    .record(z.string(), names)
    .nullish()
    .transform((map) => map && sortedByKey(map)),
  properties: texts,
  sensitive: names,
});

const ruleShape = z.object({
  name: text.nullish(),
  doc: text.nullish(),
  kind: z.enum(["TRANSFORM", "CONDITION"]).nullish(),
  mode: z.enum([...MIGRATION_MODES, ...DATA_MODES]).nullish(),
  type: text.nullish(),
  tags: names,
  params: texts,
  expr: text.nullish(),
  onSuccess: text.nullish(),
  onFailure: text.nullish(),
  disabled: z.boolean().nullish(),
});
const rulesShape = z.array(ruleShape).nullish();
const ruleSetShape = z.object({
  migrationRules: rulesShape,
  domainRules: rulesShape,
  encodingRules: rulesShape,
  enableAt: text.nullish(),
});

const referencesShape = z
  .array(z.object({ name: z.string().min(1), subject: z.string().min(1), version: z.int().min(-1) }))
  .nullish();

/** @throws {RestError} 42201 */
export function parseSchemaType(value: unknown): SchemaType {
  const known = SCHEMA_TYPES.find((type) => type === (value ?? "AVRO"));
  if (known) return known;
  throw refusal.invalidSchema(`Invalid schema type ${String(value)}; known are ${SCHEMA_TYPES.join(", ")}`);
}

/** @throws {RestError} 42201 */
export function parseReferences(value: unknown): readonly SchemaReference[] {
  const read = referencesShape.safeParse(value);
  if (!read.success) throw refusal.invalidSchema(`references: ${problemOf(read.error)}`);
  return read.data ?? [];
}

/** Sorted, so that the order in which a client writes makes no difference. @throws {RestError} 422 */
export function parseMetadata(value: unknown): Metadata | undefined {
  if (value === undefined || value === null) return undefined;
  const read = metadataShape.safeParse(value);
  if (!read.success) throw new RestError(422, 422, `metadata: ${problemOf(read.error)}`);
  const { tags, properties, sensitive } = read.data;
  return filled({ tags, properties, sensitive }) as Metadata;
}

/** @throws {RestError} 42210 */
export function parseRuleSet(value: unknown): RuleSet | undefined {
  if (value === undefined || value === null) return undefined;
  const read = ruleSetShape.safeParse(value);
  if (!read.success) throw refusal.invalidRuleSet(problemOf(read.error));
  const { migrationRules, domainRules, encodingRules, enableAt } = read.data;
  const taken = new Set<string>();
  return filled({
    migrationRules: migrationRules?.map((rule) => ruleOf(rule, "Migration", MIGRATION_MODES, taken)),
    domainRules: domainRules?.map((rule) => ruleOf(rule, "Domain", DATA_MODES, taken)),
    encodingRules: encodingRules?.map((rule) => ruleOf(rule, "Encoding", DATA_MODES, taken)),
    enableAt,
  }) as RuleSet;
}

function ruleOf(
  rule: z.output<typeof ruleShape>,
  phase: string,
  modes: readonly string[],
  taken: Set<string>,
): Rule {
  const { name, type, kind, mode, disabled } = rule;
  if (!name) throw refusal.invalidRuleSet("Missing rule name");
  if (name.length > 256) throw refusal.invalidRuleSet("Rule name too long");
  if (!/^[\p{L}_][\p{L}\p{Nd}_-]*$/u.test(name))
    throw refusal.invalidRuleSet(`Illegal character in rule name: ${name}`);
  if (taken.has(name)) throw refusal.invalidRuleSet(`Found rule with duplicate name '${name}'`);
  taken.add(name);
  if (!type) throw refusal.invalidRuleSet("Missing rule type");
  const known = mode ?? "WRITEREAD";
  if (!modes.includes(known)) throw refusal.invalidRuleSet(`${phase} rules can only be ${modes.join(", ")}`);
  const { doc, tags, params, expr, onSuccess, onFailure } = rule;
  // Always in this order: the identity of a schema is made of it.
  return filled({
    ...{ name, doc, kind: kind ?? "TRANSFORM", mode: known, type, tags, params, expr, onSuccess, onFailure },
    disabled: disabled ?? false,
  }) as unknown as Rule;
}

/** One above the other; the later one counts. */
export function mergedMetadata(layers: readonly (Metadata | undefined)[]): Metadata | undefined {
  return layers.reduce((below, above) => {
    if (!below || !above) return above ?? below;
    return filled({
      tags: sortedByKey({ ...below.tags, ...above.tags }),
      properties: sortedByKey({ ...below.properties, ...above.properties }),
      sensitive: [...new Set([...(below.sensitive ?? []), ...(above.sensitive ?? [])])].sort(),
    }) as Metadata;
  }, undefined);
}

/** One above the other; of two rules of a name the later one counts. */
export function mergedRuleSet(layers: readonly (RuleSet | undefined)[]): RuleSet | undefined {
  return layers.reduce((below, above) => {
    if (!below || !above) return above ?? below;
    const rules = (phase: "migrationRules" | "domainRules" | "encodingRules"): readonly Rule[] => {
      const later = above[phase] ?? [];
      const names = new Set(later.map(({ name }) => name));
      return [...(below[phase] ?? []).filter(({ name }) => !names.has(name)), ...later];
    };
    return filled({
      migrationRules: rules("migrationRules"),
      domainRules: rules("domainRules"),
      encodingRules: rules("encodingRules"),
      enableAt: above.enableAt ?? below.enableAt,
    }) as RuleSet;
  }, undefined);
}

/** The metadata with the number of the version that has it. */
export function withVersion(metadata: Metadata | undefined, version: number): Metadata {
  const properties = sortedByKey({ ...metadata?.properties, [VERSION_PROPERTY]: String(version) });
  // Always in this order: the identity of a schema is made of it.
  return filled({ tags: metadata?.tags, properties, sensitive: metadata?.sensitive }) as Metadata;
}

/** The number of the version that metadata carry; undefined for none. */
export function versionIn(metadata: Metadata | undefined): number | undefined {
  const text = metadata?.properties?.[VERSION_PROPERTY];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Without that number. */
export function withoutVersion(metadata: Metadata | undefined): Metadata {
  const { [VERSION_PROPERTY]: _, ...properties } = metadata?.properties ?? {};
  return filled({ tags: metadata?.tags, properties, sensitive: metadata?.sensitive }) as Metadata;
}

/** Do metadata carry a version, of whatever form? */
export function countsVersions(metadata: Metadata | undefined): boolean {
  return metadata?.properties?.[VERSION_PROPERTY] !== undefined;
}

/** Without what is empty, as the answers have it. */
function filled(value: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !isEmpty(item)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function sortedByKey<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function problemOf({ issues }: z.ZodError): string {
  const [first] = issues;
  return first ? `${first.path.join(".")}: ${first.message}` : "malformed";
}
