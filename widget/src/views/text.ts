import { html, type TemplateResult } from "lit/html.js";
import { blocksOf, readBackOf, type Block, type Inline } from "../text";

function inline(part: Inline): TemplateResult | string {
  return part.dial === null ? part.text : html`<a class="dial" href="tel:${part.dial}">${part.text}</a>`;
}

function block(part: Block): TemplateResult {
  return part.kind === "paragraph"
    ? html`<p>${part.content.map(inline)}</p>`
    : html`<ul>${part.items.map((item) => html`<li>${item.map(inline)}</li>`)}</ul>`;
}

/** `sentences`: how many make a paragraph. */
export function blocks(text: string, phone: string, sentences: number): TemplateResult[] {
  return blocksOf(text, phone, sentences).map(block);
}

/** The answers of the form as a list, so that a wrong one is seen. */
export function readBack(text: string, phone: string): TemplateResult | readonly TemplateResult[] {
  const found = readBackOf(text);
  if (found === null) return blocks(text, phone, 1);
  return html`${found.before.map((line) => html`<p>${line}</p>`)}
    <dl class="read-back">${found.rows.map((row) =>
      html`<div><dt>${row.label}</dt><dd>${row.value}</dd></div>`)}</dl>
    ${found.after.map((line) => html`<p>${line}</p>`)}`;
}
