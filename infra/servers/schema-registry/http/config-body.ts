import { RestError } from "../../../runtime/http/errors.ts";
import { parseMetadata, parseRuleSet } from "../core/data-contract.ts";
import { refusal } from "../core/errors.ts";
import { checkedLevel } from "../core/settings.ts";
import type { ConfigUpdate, SubjectConfig } from "../core/subject-config.ts";

type Body = Readonly<Record<string, unknown>>;

/** What else Confluent's registry lets `PUT /config` set: there are no keys of encryption here, and one policy. */
const OTHER_SETTINGS = ["aliasForDeks", "validateRules", "compatibilityPolicy"] as const;

/** Each setting's member of the body, and how it is read. */
const SETTINGS: {
  readonly [K in keyof SubjectConfig]-?: readonly [
    string,
    (value: unknown, name: string) => SubjectConfig[K] | null,
  ];
} = {
  alias: ["alias", text],
  normalize: ["normalize", flag],
  validateFields: ["validateFields", flag],
  validateNewSchemas: ["validateNewSchemas", flag],
  compatibilityLevel: ["compatibility", checkedLevel],
  compatibilityGroup: ["compatibilityGroup", text],
  defaultMetadata: ["defaultMetadata", parseMetadata],
  overrideMetadata: ["overrideMetadata", parseMetadata],
  defaultRuleSet: ["defaultRuleSet", parseRuleSet],
  overrideRuleSet: ["overrideRuleSet", parseRuleSet],
};

/**
 * The body of `PUT /config…`: null clears a setting, and what is left out stays as it is.
 *
 * @throws {RestError} 400, 42203, 42210; 42205: a setting that would be taken and do nothing.
 */
export function configUpdate(body: Body): ConfigUpdate {
  const other = OTHER_SETTINGS.find((name) => ![undefined, null, false].includes(body[name] as null));
  if (other !== undefined)
    throw refusal.notPermitted(`The setting ${other} is not supported by this registry`);
  const given = Object.entries(SETTINGS).flatMap(([setting, [member, read]]) => {
    const value = body[member];
    if (value === undefined) return [];
    return [[setting, value === null ? null : (read(value, member) ?? null)]];
  });
  return Object.fromEntries(given) as ConfigUpdate;
}

/** As `PUT /config…` answers it. */
export function putAnswer({ compatibilityLevel, ...config }: SubjectConfig): object {
  return { ...config, ...(compatibilityLevel && { compatibility: compatibilityLevel }) };
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw new RestError(400, 400, `${name} is no text`);
  return value;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw new RestError(400, 400, `${name} is true or false`);
  return value;
}
