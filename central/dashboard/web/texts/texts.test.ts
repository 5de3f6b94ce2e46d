import { describe, expect, test } from "vitest";
import { EN } from "./en/table.ts";
import { ES } from "./es/table.ts";
import { formatsOf } from "./formats.ts";
import { languageOf, searchIn } from "./language.ts";

/** Every text that is no function, by its path. */
function plain(table: object, path = ""): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(table)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(here, value);
    else if (typeof value === "object" && value !== null)
      for (const [inner, text] of plain(value as object, here)) found.set(inner, text);
  }
  return found;
}

/** The same in both: names, symbols, and words that Spanish shares. */
const SHARED = [
  /^page\.(kinds\.arrival|header\.themes\.system)$/,
  /^fleet\.(speed|compass)/,
  /^help\.words\.p95\.0$/,
  /^replay\.steps/,
  /^proof\.(finding\.id|pipeline\.dedup)$/,
  /^story\.bytesHead$/,
];

describe("the table of texts", () => {
  test("has no empty text in either language", () => {
    for (const table of [EN, ES])
      for (const [path, text] of plain(table)) expect(text.trim(), path).not.toBe("");
  });

  test("has no English left in Spanish", () => {
    const english = plain(EN);
    const same = [...plain(ES)].filter(
      ([path, text]) => english.get(path) === text && !SHARED.some((pattern) => pattern.test(path)),
    );
    expect(same).toEqual([]);
  });

  test("has as many of everything", () => {
    expect([...plain(ES).keys()]).toEqual([...plain(EN).keys()]);
  });
});

describe("plurals and figures", () => {
  test("follow the language's own rules", () => {
    expect([0, 1, 2, 1_234].map(EN.page.entries)).toEqual([
      "0 entries",
      "1 entry",
      "2 entries",
      "1,234 entries",
    ]);
    expect([0, 1, 2, 1_234].map(ES.page.entries)).toEqual([
      "0 entradas",
      "1 entrada",
      "2 entradas",
      "1,234 entradas",
    ]);
    expect(ES.page.entries(1_000_000)).toBe("1,000,000 entradas");
    expect(ES.page.trainsUnseen(1)).toBe("1 tren sin ver");
    expect(ES.attention.readingsWait(1)).toBe("Queda allí 1 lectura en espera.");
    expect(ES.attention.readingsWait(9)).toBe("Quedan allí 9 lecturas en espera.");
  });

  test("what is not known is said in words, never as zero", () => {
    expect([EN.figure(null), ES.figure(undefined)]).toEqual(["no data", "sin datos"]);
    expect(ES.delay(null)).toBe("–");
  });

  test("ages and times are the language's", () => {
    expect([EN.ago(12_000), ES.ago(12_000), ES.ago(240_000)]).toEqual([
      "12 s ago",
      "hace 12 s",
      "hace 4 min",
    ]);
    const noon = Date.UTC(2026, 10, 30, 18, 12);
    expect([EN.clockTime(noon), EN.clockDay(noon)]).toEqual(["12:12", "Mon"]);
    expect([ES.clockTime(noon), ES.clockDay(noon)]).toEqual(["12:12", "lun"]);
  });

  test("decimals are those of the region", () => {
    const spain = formatsOf("es-ES", { noData: "", ago: (span) => span });
    expect([ES.delay(1_240), spain.delay(1_240), spain.figure(1_234)]).toEqual(["1.2 s", "1,2 s", "1.234"]);
  });
});

describe("the language", () => {
  const none = { search: "", stored: null, preferred: [] };

  test("is the address's, else the reader's choice, else the browser's, else English", () => {
    const all = { search: "?wall&lang=es", stored: "en", preferred: ["en-US"] };
    expect(languageOf(all)).toBe("es");
    expect(languageOf({ ...all, search: "?wall" })).toBe("en");
    expect(languageOf({ ...none, stored: "es", preferred: ["en-US"] })).toBe("es");
    expect(languageOf({ ...none, preferred: ["fr", "es-MX", "en"] })).toBe("es");
    expect(languageOf({ ...none, preferred: ["en-GB", "es"] })).toBe("en");
    expect(languageOf(none)).toBe("en");
  });

  test("that the page does not speak counts as none", () => {
    expect(languageOf({ search: "?lang=de", stored: "xx", preferred: ["fr"] })).toBe("en");
    expect(languageOf({ search: "?lang=", stored: "es", preferred: [] })).toBe("es");
  });

  test("stands in the address beside whatever else it has", () => {
    expect(searchIn("", "es")).toBe("?lang=es");
    expect(searchIn("?wall&lang=es", "en")).toBe("?wall&lang=en");
    expect(searchIn("?at=2026-11-30T08:12:30Z&wall", "es")).toBe("?at=2026-11-30T08:12:30Z&wall&lang=es");
  });
});
