import type { Component, Hash } from "./component.ts";

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** Of packages whose package.json names none, or in an old form: by that form, or the LICENSE file that they come with. */
const BY_FILE: Readonly<Record<string, string>> = {
  "@kafkajs/confluent-schema-registry": "MIT",
  "gtfs-realtime-bindings": "Apache-2.0",
  "parse-cache-control": "BSD-3-Clause",
  "xmlhttprequest-ssl": "MIT",
};

/** The npm packages of a lockfile (version 3), each name and version once; those that do not say their license too. */
export function packagesOf(lockfile: string): readonly Component[] {
  const { packages } = JSON.parse(lockfile) as { readonly packages: Readonly<Record<string, Locked>> };
  const found = new Map<string, Component>();
  for (const [path, locked] of Object.entries(packages)) {
    const at = path.lastIndexOf("node_modules/");
    if (at === -1 || locked.version === undefined) continue;
    const name = path.slice(at + "node_modules/".length);
    const component = packageOf(name, locked.version, locked);
    const known = found.get(component.purl);
    if (!known || known.development) found.set(component.purl, component);
  }
  return [...found.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

function packageOf(
  name: string,
  version: string,
  { license, integrity, dev, devOptional }: Locked,
): Component {
  return {
    kind: "npm",
    name,
    version,
    license: license ?? BY_FILE[name],
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    development: dev === true || devOptional === true,
    hashes: hashesOf(integrity),
  };
}

/** `sha512-<Base64>` (Subresource Integrity) */
function hashesOf(integrity: string | undefined): readonly Hash[] {
  const base64 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  return base64 === undefined
    ? []
    : [{ alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") }];
}
