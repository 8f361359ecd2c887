/**
 * Splits a message into what may be shown: paragraphs, "- " lists and telephone numbers. Nothing
 * else means anything: tags, links and markup stay the characters they are.
 */

export interface Inline {
  readonly text: string;
  /** What to dial; null for plain text. */
  readonly dial: string | null;
}

export type Block =
  | { readonly kind: "paragraph"; readonly content: readonly Inline[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Inline[])[] };

/** Characters that turn the direction of the text around them, or are not text at all. */
const CONTROLS = /(?![\t\n])\p{Cc}|\p{Bidi_Control}/gu;

const LIST_ITEM = /^\s*- +/;

/** Between two sentences, but not behind a title such as "Dr.". */
const BETWEEN_SENTENCES = /(?<=[.!?])(?<!\b(?:Dr|Mr|Ms|Mrs|Prof)\.)\s+(?=[A-Z"\u00bf\u00a1\u00c1\u00c9\u00cd\u00d3\u00da\u00d1])/;

/** 911, 988, and toll-free numbers such as that of Poison Control. */
const NUMBERS = String.raw`1-8\d\d-\d{3}-\d{4}|\b911\b|\b988\b`;

export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(CONTROLS, "");
}

/**
 * @param phone the clinic's number, as it is written.
 * @param sentences how many of them make a paragraph in a text without line breaks.
 */
export function blocksOf(text: string, phone: string, sentences: number): Block[] {
  const clean = withoutControls(text).trim();
  const numbers = new RegExp(`(${phone ? `${escaped(phone)}|` : ""}${NUMBERS})`);
  const lines = clean.split(/\n+/);
  return lines.length > 1 ? blocksOfLines(lines, numbers) : paragraphs(clean, sentences, numbers);
}

function blocksOfLines(lines: readonly string[], numbers: RegExp): Block[] {
  const blocks: Block[] = [];
  let items: (readonly Inline[])[] | null = null;
  for (const line of lines) {
    if (LIST_ITEM.test(line)) {
      if (items === null) blocks.push({ kind: "list", items: items = [] });
      items.push(inlines(line.replace(LIST_ITEM, ""), numbers));
    } else if (line.trim()) {
      items = null;
      blocks.push({ kind: "paragraph", content: inlines(line, numbers) });
    }
  }
  return blocks;
}

function paragraphs(text: string, size: number, numbers: RegExp): Block[] {
  const sentences = text.split(BETWEEN_SENTENCES).filter(Boolean);
  const blocks: Block[] = [];
  for (let start = 0; start < sentences.length; start += size) {
    const content = inlines(sentences.slice(start, start + size).join(" "), numbers);
    blocks.push({ kind: "paragraph", content });
  }
  return blocks;
}

function inlines(text: string, numbers: RegExp): Inline[] {
  return text.trim().split(numbers)
    .map((part, index) => ({ text: part, dial: index % 2 ? dialled(part) : null }))
    .filter((part) => part.text);
}

/** A number as a `tel:` address takes it. */
export function dialled(number: string): string {
  return number.replace(/[^+\d]/g, "");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** One answer of a read-back. */
export interface Row {
  readonly label: string;
  readonly value: string;
}

export interface ReadBack {
  readonly before: readonly string[];
  readonly rows: readonly Row[];
  readonly after: readonly string[];
}

const ROW = /^([^:]{1,40}): +(\S.*)$/;

/** A read-back of the form, "label: value" on a line each; null where the text is none. */
export function readBackOf(text: string): ReadBack | null {
  const lines = withoutControls(text).split("\n").map((line) => line.trim()).filter(Boolean);
  const first = lines.findIndex((line) => ROW.test(line));
  if (first < 0) return null;
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !ROW.test(line));
  const count = end < 0 ? rest.length : end;
  return {
    before: lines.slice(0, first),
    rows: rest.slice(0, count).map(rowOf),
    after: rest.slice(count),
  };
}

function rowOf(line: string): Row {
  const [, label = "", value = ""] = ROW.exec(line) ?? [];
  return { label, value };
}
