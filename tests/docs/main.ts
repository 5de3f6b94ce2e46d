import { writeConfigurationPage } from "./configuration.ts";

/** `npm run docs`: the pages that are made from the sources. */
process.stdout.write(`docs/configuration.md: ${writeConfigurationPage() ? "written" : "as it must be"}\n`);
