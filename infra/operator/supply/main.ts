import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { EXIT } from "../../../schemas/errors.ts";
import { HARMLESS_OUTPUT } from "../../runtime/service/commands.ts";
import { endWhenUnread } from "../../runtime/service/stdout.ts";
import { affectedBy, concerning, parseAdvisory, parseAdvisoryFile } from "./advisories.ts";
import { licenseCounts, licenseProblems } from "./licenses.ts";
import { advisoryPath, componentsOfProject, jsonFilesIn, projectVersion } from "./project.ts";
import { sbomOf } from "./sbom.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
endWhenUnread();

const program = new Command("supply")
  .configureOutput(HARMLESS_OUTPUT)
  .description("What this project is made of besides its own code: npm packages, jars and images.")
  .addHelpText(
    "after",
    `
Advisories are kept in infra/operator/supply/advisories.json, and nothing is asked on the network. To refresh them, bring
a folder with the advisories of npm and Maven in OSV's form (osv.dev publishes both as archives), also from another machine.

Examples:
  npm run -s supply -- sbom > elevated.cdx.json
  npm run supply -- licenses
  npm run supply -- advisories
  npm run supply -- advisories --from ~/osv --as-of 2026-11-01
  npm run supply -- images`,
  );

program
  .command("sbom")
  .description("a bill of materials (CycloneDX 1.5, JSON), with checksums and licenses")
  .action(() => print(sbomOf(projectVersion(), componentsOfProject())));

program
  .command("licenses")
  .description("how many components are under each license; fails for one that may not be used here")
  .action(() => {
    const components = componentsOfProject();
    for (const [license, count] of licenseCounts(components))
      print(`${String(count).padStart(4)}  ${license}`);
    const problems = licenseProblems(components);
    for (const { component, problem } of problems) print(`${component.purl} ${problem}`);
    if (problems.length > 0) process.exitCode = EXIT.failure;
  });

program
  .command("advisories")
  .description("components with known advisories; fails when there are some")
  .option("--from <folder>", "first take over what concerns this project from OSV's files there")
  .option("--as-of <date>", "the day of those files, for example 2026-11-01")
  .action(({ from, asOf }: { readonly from?: string; readonly asOf?: string }) => {
    const components = componentsOfProject();
    if (from !== undefined) {
      const found = concerning(
        components,
        [...jsonFilesIn(from)].flatMap((text) => parseAdvisory(text) ?? []),
      );
      const sorted = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const file = { asOf: asOf ?? null, advisories: sorted };
      writeFileSync(advisoryPath(), `${JSON.stringify(file, null, 2)}\n`);
    }
    const { asOf: day, advisories } = parseAdvisoryFile(readFileSync(advisoryPath(), "utf8"));
    const affected = affectedBy(components, advisories);
    for (const { component, advisory, fixed } of affected) {
      const names = [advisory.id, ...(advisory.aliases ?? [])].join(", ");
      const remedy = fixed === undefined ? "no version without it is named" : `mended in ${fixed}`;
      print(`${component.purl}  ${names}: ${advisory.summary ?? "no summary"} (${remedy})`);
    }
    print(
      day === null && advisories.length === 0
        ? "The file of advisories was never filled: this says nothing. See --help."
        : `${affected.length} of ${components.length} components, by ${advisories.length} advisories that name one, as of ${day ?? "an unknown day"}.`,
    );
    if (affected.length > 0) process.exitCode = EXIT.failure;
  });

program
  .command("images")
  .description("the images that the containers are made from, and which of them are pinned to a checksum")
  .action(() => {
    for (const { kind, name, version, hashes } of componentsOfProject()) {
      if (kind !== "image") continue;
      const [hash] = hashes;
      print(`${`${name}:${version}`.padEnd(44)} ${hash ? `sha256:${hash.content}` : "by its tag only"}`);
    }
    print(
      "\nTo pin one, put its checksum behind the tag: in .env, for example KAFKA_TAG=4.3.1@sha256:<64 hex digits>,",
    );
    print("as docker buildx imagetools inspect <image> shows it.");
  });

await program.parseAsync();
