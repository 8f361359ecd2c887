import { describe, expect, test, vi } from "vitest";
import { message, titled } from "./fixtures";
import { all, ask, named, one, open, prepare, show, stage, text } from "./stage";

const SOURCE = {
  section: "Definition", url: "https://www.example.com/m", reviewed_by: "Dr. Soffer",
  reviewed_on: "2026-05-31", references: [{ citation: "Steiner 2024", pmid: "38876749" }],
};

prepare();

/** The language that a screen reader takes for the element. */
function languageAt(element: Element | undefined): string | null | undefined {
  return element?.closest("[lang]")?.getAttribute("lang");
}

function lastSaid(selector = ".said"): Element | undefined {
  return all(`.bubble:last-of-type ${selector}`).at(-1);
}

describe("the language of what is said", () => {
  test.each([[null, "en"], ["es", "es"], ["ar", "ar"]])("of a message in %s is %s", async (language, marked) => {
    stage.chat.lang = "es";
    await open();
    await ask("x", message({ language, text: "Texto.", disclaimer: "Nota.", buttons: titled("Boton") }));
    expect(languageAt(lastSaid())).toBe(marked);
    expect(languageAt(lastSaid(".note"))).toBe(marked);
    expect(languageAt(all(".choices button")[0])).toBe(marked);
    expect(languageAt(lastSaid(".feedback span"))).toBe("es");
  });

  test("of a person and of the patient is the interface's: nobody knows it", async () => {
    stage.chat.lang = "es";
    await open();
    await ask("hola", message({ from: "person", name: "Dana", text: "Buenas." }));
    expect(languageAt(lastSaid())).toBe("es");
    expect(languageAt(one(".mine p"))).toBe("es");
  });

  test("of questions to begin with is that of the page", async () => {
    stage.chat.lang = "es";
    await open();
    expect(languageAt(all(".starters button")[0])).toBe("en");
    expect(languageAt(one(".starters .label"))).toBe("es");
  });

  test("changes behind the line that stands before an English reply to danger", async () => {
    await open();
    await ask("x", message({ kind: "emergency", language: "fr", text: "Urgence. Appelez le 911.\nCall 911. Do not drive." }));
    const shown = all(".emergency .said p").map((paragraph) => [paragraph.textContent, languageAt(paragraph)]);
    expect(shown).toEqual([["Urgence. Appelez le 911.", "fr"], ["Call 911.", "en"], ["Do not drive.", "en"]]);
  });

  test("of a reply to danger that is all in it is one", async () => {
    await open();
    await ask("x", message({ kind: "crisis", language: "es", text: "Llame al 988. Usted importa." }));
    expect(all(".crisis .said p").map(languageAt)).toEqual(["es", "es"]);
  });
});

describe("the source", () => {
  test("is told in the language of the interface, as far as the page is not named", async () => {
    stage.chat.lang = "es";
    await open();
    await ask("aura?", message({ page: "migraine", source: SOURCE }));
    expect(text("summary")).toBe(
      "Seg\u00fan nuestra p\u00e1gina sobre migraine (secci\u00f3n Definition), revisada por Dr. Soffer, el 31 de mayo de 2026.",
    );
    expect(languageAt(one("summary"))).toBe("es");
    expect(all("dd").map(languageAt)).toEqual(["en", "es", "es"]);
    expect(all(".source li, .source li a").map(languageAt)).toEqual(["en", "es"]);
  });
});

describe("whether an answer helped", () => {
  const pressed = (): (string | null)[] => all(".vote").map((vote) => vote.getAttribute("aria-pressed"));

  async function reload(): Promise<void> {
    stage.chat.remove();
    show("en");
    await vi.waitFor(() => one(".launcher"));
    stage.chat.open();
    await vi.waitFor(() => one(".vote"));
  }

  test("is known after a reload, without asking for more", async () => {
    await open();
    await ask("aura?");
    expect(pressed()).toEqual(["false", "false"]);
    named("No, this was not helpful").click();
    await vi.waitFor(() => one(".comment"));
    await reload();
    expect(pressed()).toEqual(["false", "true"]);
    expect(all(".comment")).toEqual([]);
    expect(text(".log")).not.toContain("Thank you");
  });

  test("can be told anew after it", async () => {
    await open();
    await ask("aura?");
    named("No, this was not helpful").click();
    await vi.waitFor(() => one(".comment"));
    await reload();
    named("Yes, this was helpful").click();
    await vi.waitFor(() => one(".comment"));
    expect(pressed()).toEqual(["true", "false"]);
    expect(text(".log")).toContain("Thank you");
  });
});
