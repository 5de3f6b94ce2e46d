import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";

// RFC 3720, appendix B.4, and the usual check value of the catalogue of CRCs.
test.each([
  ["", 0],
  ["123456789", 0xe3069283],
  ["\0".repeat(32), 0x8a9136aa],
  ["\xff".repeat(32), 0x62a8ab43],
  [String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
])("the checksum of %j is the standard's", (text, sum) => {
  expect(crc32c(Buffer.from(text, "latin1"))).toBe(sum);
});

test("of a part, wherever it begins", () => {
  const bytes = Buffer.from("....123456789...");
  expect(crc32c(bytes, 4, 13)).toBe(0xe3069283);
});
