import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Configuration } from "../configuration";
import type { Message, Reference, Source } from "../messages";
import { LEADING, type Strings } from "../strings";

/** One line that says what an answer rests on. */
export function sourceLine(
  message: Message, source: Source, strings: Strings, configuration: Configuration,
): string {
  return strings.say("source_line", {
    page: configuration.pages[message.page ?? ""]?.title ?? "",
    section: source.section,
    reviewer: source.reviewed_by,
    date: strings.day(source.reviewed_on),
  });
}

/** The line, and what opens behind it: section, reviewer, date, page and references. */
export function sourceDetails(
  message: Message, source: Source, strings: Strings, configuration: Configuration,
): TemplateResult {
  const page = /^https?:\/\//.test(source.url)
    ? html`<p>${away(source.url, strings.say("read_page"), strings)}</p>` : nothing;
  return html`<details class="source">
    <summary><span>${sourceLine(message, source, strings, configuration)}</span></summary>
    <dl>
      <div><dt>${strings.say("source_section")}</dt><dd lang=${LEADING}>${source.section}</dd></div>
      <div><dt>${strings.say("source_reviewer")}</dt><dd>${source.reviewed_by}</dd></div>
      <div><dt>${strings.say("source_date")}</dt><dd>${strings.day(source.reviewed_on)}</dd></div>
    </dl>
    ${page}
    ${source.references.length > 0 ? references(source.references, strings) : nothing}
  </details>`;
}

function references(list: readonly Reference[], strings: Strings): TemplateResult {
  return html`<p class="label">${strings.say("source_references")}</p>
    <ul lang=${LEADING}>${list.map((reference) => html`<li>${reference.citation}
      ${away(`https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(reference.pmid)}/`,
        `PMID ${reference.pmid}`, strings)}</li>`)}</ul>`;
}

function away(address: string, name: string, strings: Strings): TemplateResult {
  return html`<a href=${address} lang=${strings.language} target="_blank" rel="noopener noreferrer">${name}<span
    class="hidden"> (${strings.say("new_tab")})</span></a>`;
}
