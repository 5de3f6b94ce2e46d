import { expect, test } from "vitest";
import { properties } from "./settings.ts";

test("a value of Java's properties comes back as it was: umlauts, a backslash, a blank in front, an emoji", () => {
  const text = properties({ "log.dirs": "/srv/Grüße", "a.b": "C:\\new", blank: " x y", one: 1, smile: "😀" });
  expect(text).toBe(
    "log.dirs=/srv/Gr\\u00fc\\u00dfe\na.b=C:\\\\new\nblank=\\ x y\none=1\nsmile=\\ud83d\\ude00\n",
  );
});
