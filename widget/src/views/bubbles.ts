import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Configuration } from "../configuration";
import type { FeedbackBook } from "../feedback";
import { isDanger, type Message } from "../messages";
import { LEADING, type Strings } from "../strings";
import { withoutControls } from "../text";
import type { Entry, PatientEntry } from "../transcript";
import type { Actions } from "./actions";
import { feedback } from "./feedback";
import { copyIcon } from "./icons";
import { sourceDetails } from "./source";
import { blocks, readBack } from "./text";

/** What every bubble is drawn with. */
export interface BubbleContext {
  readonly strings: Strings;
  readonly configuration: Configuration;
  readonly book: FeedbackBook;
  readonly actions: Actions;
}

export function bubble(entry: Entry, context: BubbleContext): TemplateResult {
  if (entry.by === "divider") return html`<p class="divider"><span>${context.strings.say(entry.text)}</span></p>`;
  return entry.by === "patient" ? mine(entry, context) : theirs(entry.message, context);
}

function mine(entry: PatientEntry, { strings, actions }: BubbleContext): TemplateResult {
  const failed = entry.delivery === "failed";
  return html`<div class="bubble mine ${entry.delivery}">
      <span class="hidden">${strings.say("you_said")}: </span>
      <p>${withoutControls(entry.text)}</p>
    </div>
    ${failed ? html`<p class="unsent"><span>${strings.say("not_sent")}</span>
      <button type="button" class="choice" @click=${() => { actions.retry(entry.key); }}>${strings.say("try_again")}</button>
    </p>` : nothing}`;
}

function theirs(message: Message, context: BubbleContext): TemplateResult {
  const urgent = isDanger(message);
  return html`<div class="bubble ${message.from === "person" ? "person" : message.kind}"
      id="m-${message.id}" tabindex=${urgent ? "-1" : nothing}>
    ${speaker(message, context.strings)}
    ${said(message, context.configuration.phone)}
    ${message.source === null ? nothing
      : sourceDetails(message, message.source, context.strings, context.configuration)}
    ${message.disclaimer === null ? nothing : html`<p class="aside note" lang=${languageOf(message)}>${message.disclaimer}</p>`}
    ${message.kind === "answer" ? tools(message, context) : nothing}
  </div>`;
}

/** What a person of the clinic writes in is not known. */
function languageOf(message: Message): string | typeof nothing {
  return message.from === "person" ? nothing : message.language ?? LEADING;
}

function said(message: Message, phone: string): TemplateResult {
  const language = languageOf(message);
  const urgent = isDanger(message);
  const end = urgent ? message.text.indexOf("\n") : -1;
  // In a language without a reply to danger of its own, one line stands before the English reply.
  if (end >= 0) {
    return html`<div class="said" lang=${LEADING}>
      <div lang=${language}>${blocks(message.text.slice(0, end), phone, Infinity)}</div>
      ${blocks(message.text.slice(end), phone, 1)}</div>`;
  }
  return html`<div class="said" lang=${language}>${message.asks === "confirm"
    ? readBack(message.text, phone) : blocks(message.text, phone, urgent ? 1 : 2)}</div>`;
}

function speaker(message: Message, strings: Strings): TemplateResult {
  return message.from === "person"
    ? html`<p class="speaker">${strings.say("person_said", { name: message.name ?? "" })}<span class="hidden">: </span></p>`
    : html`<span class="hidden">${strings.say("assistant_said")}: </span>`;
}

function tools(message: Message, { strings, book, actions }: BubbleContext): TemplateResult {
  const name = strings.say("copy_answer");
  return html`<div class="tools">
    ${feedback(message.id, book.verdictOn(message), strings, actions)}
    <button type="button" class="tool copy" aria-label=${name} title=${name}
      @click=${() => { actions.copyMessage(message); }}>${copyIcon}</button>
  </div>`;
}
