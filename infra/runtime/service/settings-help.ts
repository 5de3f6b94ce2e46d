import type { Help } from "commander";
import type { z } from "zod";
import { settingsOf, shownDefault } from "./config-print.ts";

/** "Settings": each variable with what it means and its default, wrapped as the rest of the help is. */
export function settingsHelp(schemas: readonly z.ZodObject[], help: Help): string {
  const settings = new Map(
    schemas.flatMap((schema) => settingsOf(schema).map((setting) => [setting.name, setting] as const)),
  );
  const width = Math.max(...[...settings.keys()].map((name) => name.length));
  const lines = [...settings.values()].map((setting) => {
    const standard = shownDefault(setting);
    const text = setting.description.replaceAll("`", "");
    return help.formatItem(
      setting.name,
      width,
      standard === "" ? text : `${text} (default: ${standard})`,
      help,
    );
  });
  return `Settings (environment variables; npm run … -- config print shows where each value comes from):\n${lines.join("\n")}`;
}
