import { readTexts } from "../build/texts.mjs";
import type { Configuration } from "../src/configuration";
import type { Message } from "../src/messages";

export const PHONE = "+1 555 010 0199";
const FACTS: Record<string, string> = {
  clinic: "Tovani", phone: PHONE, hours: "Mon-Fri 9:00-17:00", email: "care@example.com",
};

function filled(text: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => FACTS[name] ?? whole);
}

/** As the gateway makes it, with the texts as they are in the file. */
export function configuration(): Configuration {
  const strings = Object.fromEntries(Object.entries(readTexts()).map(([language, texts]) =>
    [language, Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, filled(text)]))]));
  return {
    clinic: "Tovani",
    phone: PHONE,
    longest_text: 2_000,
    languages: Object.keys(strings),
    strings,
    pages: {
      migraine: { title: "migraine", starters: { en: ["What is aura?", "Who should I see?"] } },
      other: { title: "other", starters: { en: ["Another?"] } },
    },
  };
}

let count = 0;

/** A message with the parts given; the rest is as of a plain answer without anything. */
export function message(parts: Partial<Message> = {}): Message {
  count += 1;
  return {
    id: `m${count}`, kind: "answer", page: null, topic: null, text: `Text ${count}.`, disclaimer: null,
    source: null, buttons: null, asks: null, problem: false, from: "assistant", name: null,
    language: null, helpful: null, ...parts,
  };
}

export function titled(...titles: string[]): { id: string; title: string }[] {
  return titles.map((title) => ({ id: `b-${title}`, title }));
}
