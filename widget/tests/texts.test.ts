import { describe, expect, test } from "vitest";
import { keysUsedIn, placesIn, problemsOf, readTexts } from "../build/texts.mjs";
import { Strings } from "../src/strings";
import { configuration } from "./fixtures";

describe("the check of the texts", () => {
  const used = new Set(["hello", "wait"]);

  test("finds nothing in equal languages", () => {
    const texts = { en: { hello: "Hello {clinic}", wait: "{seconds} s" }, es: { hello: "Hola", wait: "{seconds} s" } };
    expect(problemsOf(texts, used)).toEqual([]);
  });

  test("finds a missing, an unused, a surplus and an unlike text", () => {
    const texts = { en: { hello: "Hello", wait: "{seconds} s", old: "Old" }, es: { hello: "", wait: "s", old: "a", more: "b" } };
    expect(problemsOf(texts, used)).toEqual([
      "old: used nowhere in the source",
      "es.hello: missing",
      "es.wait: other {places} than in en",
      "es.more: not in en",
    ]);
  });

  test("knows a key that is said or typed from a string that is equal by chance", () => {
    const source = `
      strings.say("one"); strings.say(flag ? "two" : "three", { x: "not" });
      type Keys = StringKeys<"four">; const KEYS: readonly StringKey[] = ["five"];
      const other = "six"; dispatch("seven");`;
    expect([...keysUsedIn(source)].sort()).toEqual(["five", "four", "not", "one", "three", "two"]);
  });
});

describe("the texts", () => {
  test("are there in English and Spanish, with the ways to help", () => {
    const texts = readTexts();
    expect(Object.keys(texts)).toEqual(["en", "es"]);
    for (const strings of Object.values(texts)) {
      for (const key of ["offline", "unreachable", "refused"]) {
        expect(strings[key]).toContain("911");
        expect(strings[key]).toContain("988");
        expect(strings[key]).toContain("{phone}");
      }
    }
  });

  test.each(["en", "es"])("have no place left open in %s but what is said with it", (language) => {
    const strings = new Strings(configuration(), language);
    expect(strings.say("person_said", { name: "Dana" })).toContain("Dana");
    expect(strings.say("again_soon", { seconds: "5" })).toContain("5");
    expect(placesIn(strings.say("unreachable"))).toEqual([]);
  });
});

describe("strings", () => {
  test.each([["es-MX", "es"], ["ES", "es"], ["fr", "en"], ["", "en"], ["constructor", "en"]])(
    "%j is spoken as %s", (asked, spoken) => {
      expect(new Strings(configuration(), asked).language).toBe(spoken);
    },
  );

  test("a value is not filled in itself", () => {
    const strings = new Strings(configuration(), "en");
    expect(strings.say("person_said", { name: "{phone}" })).toContain("{phone}");
  });

  test("the way to a person is known in every language", () => {
    const strings = new Strings(configuration(), "es");
    expect(strings.isPerson("Talk to a person")).toBe(true);
    expect(strings.isPerson("Hablar con una persona")).toBe(true);
    expect(strings.isPerson("Tell me more")).toBe(false);
  });

  test("a day is written as the language does", () => {
    expect(new Strings(configuration(), "en").day("2026-05-31")).toBe("May 31, 2026");
    expect(new Strings(configuration(), "es").day("2026-05-31")).toBe("31 de mayo de 2026");
  });
});
