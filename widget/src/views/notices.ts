/** What is said beside the conversation: that something goes on, went wrong or is dangerous. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Configuration } from "../configuration";
import type { Message } from "../messages";
import type { Activity, Trouble } from "../state";
import type { Strings } from "../strings";
import type { Actions } from "./actions";
import { messageIcon, phoneIcon } from "./icons";
import { blocks } from "./text";

/** The words of an activity. */
export function activityText(activity: Activity, strings: Strings): string {
  return activity.text === "again_soon"
    ? strings.say("again_soon", { seconds: String(activity.seconds) }) : strings.say(activity.text);
}

export function status(text: string, moving: boolean): TemplateResult {
  return html`<p class="status" role="status">${text
    ? html`${moving ? html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>` : nothing}
      <span>${text}</span>` : nothing}</p>`;
}

export function alert(
  danger: Message | null, trouble: Trouble | null, strings: Strings,
  configuration: Configuration, actions: Actions,
): TemplateResult {
  return html`<div class="alert" role="alert">
    ${danger === null ? nothing : banner(danger, strings)}
    ${trouble === null ? nothing : failure(trouble, strings, configuration, actions)}
  </div>`;
}

function banner(message: Message, strings: Strings): TemplateResult {
  const crisis = message.kind === "crisis";
  return html`<div class="banner ${message.kind}">
    <p>${crisis ? strings.say("crisis") : strings.say("emergency")}</p>
    <div class="calls">${crisis
      ? html`<a href="tel:988">${phoneIcon}${strings.say("call_988")}</a>
        <a href="sms:988">${messageIcon}${strings.say("text_988")}</a>`
      : html`<a href="tel:911">${phoneIcon}${strings.say("call_911")}</a>`}</div>
  </div>`;
}

function failure(
  trouble: Trouble, strings: Strings, configuration: Configuration, actions: Actions,
): TemplateResult {
  const { retry } = trouble;
  return html`<div class="failure">
    ${blocks(textOf(trouble, strings, configuration), configuration.phone, 4)}
    ${retry === null ? nothing : html`<button type="button" class="choice"
      @click=${retry === "open" ? actions.reopen : actions.clear}>${strings.say("try_again")}</button>`}
  </div>`;
}

function textOf(trouble: Trouble, strings: Strings, configuration: Configuration): string {
  return trouble.text === "too_long"
    ? strings.say("too_long", { most: String(configuration.longest_text) }) : strings.say(trouble.text);
}

/** Asks whether to delete the conversation. */
export function confirmClear(strings: Strings, actions: Actions): TemplateResult {
  return html`<div class="confirm" role="group" aria-labelledby="confirm">
    <p id="confirm">${strings.say("clear_question")}</p>
    <button type="button" class="danger" @click=${actions.clear}>${strings.say("clear_confirm")}</button>
    <button type="button" class="choice" id="keep" @click=${actions.keep}>${strings.say("clear_keep")}</button>
  </div>`;
}
