import { answerHelp } from "../support/script-help.ts";
import { writeAsyncApi } from "./asyncapi.ts";
import { writeConfigurationPage } from "./configuration.ts";

/** `npm run docs`: the pages that are made from the sources. */
answerHelp("docs", "Writes docs/configuration.md and docs/asyncapi.json again from the sources.");
const pages = { "docs/configuration.md": writeConfigurationPage, "docs/asyncapi.json": writeAsyncApi };
for (const [page, write] of Object.entries(pages)) {
  process.stdout.write(`${page}: ${write() ? "written" : "as it must be"}\n`);
}
