import { writeRendered } from "../kubernetes/render.ts";
import { answerHelp } from "../support/script-help.ts";
import { writeAsyncApi } from "./asyncapi.ts";
import { writeConfigurationPage } from "./configuration.ts";

/** `npm run docs`: the pages that are made from the sources. */
answerHelp(
  "docs",
  "Writes docs/configuration.md, docs/asyncapi.json and, with kustomize or kubectl, tests/kubernetes/rendered again from the sources.",
);
const pages = {
  "docs/configuration.md": writeConfigurationPage,
  "docs/asyncapi.json": writeAsyncApi,
  "tests/kubernetes/rendered": writeRendered,
};
for (const [page, write] of Object.entries(pages)) {
  const written = write();
  const state = written === undefined ? "left alone: neither kustomize nor kubectl is here" : "as it must be";
  process.stdout.write(`${page}: ${written ? "written" : state}\n`);
}
