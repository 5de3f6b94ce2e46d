import type { ConnectorConfig } from "./ports.ts";

/** Connect answers with the connector's name among its settings. */
const NOT_A_SETTING = "name";
const SECRET = /password|secret|token|credential/i;

/**
 * What would change, a line per setting: `+` new, `-` gone, `~` other. Secrets are not shown.
 *
 * @param before - undefined: the connector is new.
 */
export function difference(before: ConnectorConfig | undefined, after: ConnectorConfig): readonly string[] {
  const old = before ?? {};
  const settings = [...new Set([...Object.keys(old), ...Object.keys(after)])]
    .filter((setting) => setting !== NOT_A_SETTING)
    .sort();
  return settings.flatMap((setting) => {
    const [from, to] = [old[setting], after[setting]];
    if (from === to) return [];
    const show = (value: string): string => (SECRET.test(setting) ? "***" : value);
    if (from === undefined) return [`+ ${setting} = ${show(to ?? "")}`];
    if (to === undefined) return [`- ${setting} = ${show(from)}`];
    return [`~ ${setting} = ${show(from)} → ${show(to)}`];
  });
}
