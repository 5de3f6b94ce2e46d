/** Variables by name, as `process.env` has them. Only `main.ts` and `config.ts` see the real ones. */
export type Environment = Readonly<Record<string, string | undefined>>;
