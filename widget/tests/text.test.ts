import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blocksOf, readBackOf, withoutControls, type Block, type Inline } from "../src/text";
import { PHONE } from "./fixtures";

function inlinesOf(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block) => block.kind === "paragraph" ? block.content : block.items.flat());
}

function shown(text: string, sentences = 2): string[] {
  return blocksOf(text, PHONE, sentences).map((block) => block.kind === "paragraph"
    ? block.content.map((part) => part.text).join("")
    : block.items.map((item) => `* ${item.map((part) => part.text).join("")}`).join("|"));
}

const letters = (text: string): string => text.replace(/[\s-]/g, "");

describe("the closed subset", () => {
  test("two sentences make a paragraph, and a title ends none", () => {
    expect(shown("One. Two! Dr. Ben Soffer agrees? Four.")).toEqual(["One. Two!", "Dr. Ben Soffer agrees? Four."]);
  });

  test("each sentence stands alone where asked", () => {
    expect(shown("Call 911. Do not drive.", 1)).toEqual(["Call 911.", "Do not drive."]);
  });

  test("Spanish sentences are sentences", () => {
    expect(shown("Gracias. \u00bfEst\u00e1 a salvo?", 1)).toEqual(["Gracias.", "\u00bfEst\u00e1 a salvo?"]);
  });

  test("lines are kept, and lines with a dash are a list", () => {
    expect(shown("Before:\n- one\n- two\nAfter. Still.")).toEqual(["Before:", "* one|* two", "After. Still."]);
  });

  test("numbers can be dialled", () => {
    const links = inlinesOf(blocksOf(`Call 911, 988, ${PHONE} or 1-800-222-1222, not 9112.`, PHONE, 2))
      .flatMap((part) => part.dial ?? []);
    expect(links).toEqual(["911", "988", "+15550100199", "18002221222"]);
  });

  test.each([
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "[x](javascript:alert(1))",
    "data:text/html,<b>", "https://evil.example/", "**bold** _it_", "${alert(1)}", "{{x}}",
  ])("%s stays text", (hostile) => {
    const parts = inlinesOf(blocksOf(hostile, PHONE, 2));
    expect(parts).toEqual([{ text: hostile, dial: null }]);
  });

  test("characters that turn the direction are gone", () => {
    expect(withoutControls("a\u202eb\u2066c\u0000d\u200fe\nf")).toBe("abcde\nf");
  });

  test("nothing that can be read is lost or added, and only digits are dialled", () => {
    const piece = fc.oneof(
      fc.string(), fc.constantFrom("\n", "- ", ". A", "911", "988", PHONE, "1-800-222-1222", "\r\n", "<b>", " "),
    );
    fc.assert(fc.property(fc.array(piece), fc.integer({ min: 1, max: 4 }), (pieces, sentences) => {
      const text = pieces.join("");
      const parts = inlinesOf(blocksOf(text, PHONE, sentences));
      expect(letters(parts.map((part) => part.text).join(""))).toBe(letters(withoutControls(text)));
      for (const part of parts) {
        if (part.dial !== null) expect(part.dial).toMatch(/^\+?\d{3,11}$/);
      }
    }));
  });

  test("any telephone number of a clinic is found as it is written", () => {
    fc.assert(fc.property(fc.stringMatching(/^[+(]?\d[\d ().-]{5,15}\d$/), (phone) => {
      const found = inlinesOf(blocksOf(`Call ${phone} now`, phone, 2)).find((part) => part.dial !== null);
      expect(found?.text).toBe(phone.trim());
    }));
  });

  test("a huge word costs nothing", () => {
    expect(shown("w".repeat(10_000))).toEqual(["w".repeat(10_000)]);
  });
});

describe("a read-back", () => {
  const TEXT = "I kept x.\nThis is what I will send to Tovani:\nFirst name: Anna\nPhone: (555) 010-0123\n"
    + "About: pain: since May\nIs this right?";

  test("is rows with what stands around them", () => {
    expect(readBackOf(TEXT)).toEqual({
      before: ["I kept x.", "This is what I will send to Tovani:"],
      rows: [
        { label: "First name", value: "Anna" },
        { label: "Phone", value: "(555) 010-0123" },
        { label: "About", value: "pain: since May" },
      ],
      after: ["Is this right?"],
    });
  });

  test("loses no line", () => {
    const line = fc.string({ minLength: 1 }).map((text) => withoutControls(text).replace(/\n/g, " ").trim());
    fc.assert(fc.property(fc.array(line), (lines) => {
      const found = readBackOf(lines.join("\n"));
      if (found === null) return;
      const again = [...found.before, ...found.rows.map((row) => `${row.label}: ${row.value}`), ...found.after];
      expect(letters(again.join(""))).toBe(letters(lines.join("")));
    }));
  });

  test("is none without a row", () => {
    expect(readBackOf("Your request is not sent yet.")).toBeNull();
  });
});
