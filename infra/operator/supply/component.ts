/** One piece of software of others that this project is run or built with. */
export interface Component {
  readonly kind: "npm" | "maven" | "image";
  /** npm's name, `group:artifact`, or an image's repository. */
  readonly name: string;
  readonly version: string;
  /** SPDX expression; undefined where nothing says it. */
  readonly license: string | undefined;
  /** Package URL: names it anywhere. */
  readonly purl: string;
  /** Needed to build and test only. */
  readonly development: boolean;
  readonly hashes: readonly Hash[];
}

export interface Hash {
  readonly alg: "SHA-256" | "SHA-512";
  /** Hexadecimal. */
  readonly content: string;
}
