import type { Component } from "./component.ts";

/**
 * A software bill of materials (CycloneDX 1.5, JSON). The same components give the same text: it names no time.
 *
 * @param version - the project's.
 */
export function sbomOf(version: string, components: readonly Component[]): string {
  const project = { type: "application", "bom-ref": "elevated", name: "elevated", version };
  return JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      version: 1,
      metadata: { component: { ...project, licenses: [{ license: { id: "Apache-2.0" } }] } },
      components: components.map(entry),
    },
    null,
    2,
  );
}

function entry({ kind, name, version, license, purl, development, hashes }: Component): object {
  const [group, artifact] = kind === "maven" ? name.split(":") : [undefined, name];
  return {
    type: kind === "image" ? "container" : "library",
    "bom-ref": purl,
    ...(group === undefined ? {} : { group }),
    name: artifact,
    version,
    scope: development ? "excluded" : "required",
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(license === undefined ? {} : { licenses: [licenseEntry(license)] }),
    purl,
  };
}

function licenseEntry(license: string): object {
  return /\s/.test(license) ? { expression: license } : { license: { id: license } };
}
