import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Verdict } from "../feedback";
import type { Strings } from "../strings";
import type { Actions } from "./actions";

/** What the gateway takes, in characters. */
const LONGEST_COMMENT = 500;

/** "Was this helpful?", and once that is told, room for a comment. */
export function feedback(id: string, verdict: Verdict | null, strings: Strings, actions: Actions): TemplateResult {
  const choice = (helpful: boolean, name: string, text: string): TemplateResult =>
    html`<button type="button" class="vote" aria-label=${name} aria-pressed=${verdict?.helpful === helpful}
      @click=${() => { actions.judge(id, helpful); }}>${text}</button>`;
  return html`<div class="feedback" role="group" aria-label=${strings.say("helpful")}>
      <span>${strings.say("helpful")}</span>
      ${choice(true, strings.say("helpful_yes"), strings.say("helpful_yes_short"))}
      ${choice(false, strings.say("helpful_no"), strings.say("helpful_no_short"))}
    </div>
    ${verdict === null ? nothing : more(id, verdict, strings, actions)}`;
}

function more(id: string, verdict: Verdict, strings: Strings, actions: Actions): TemplateResult {
  const told = verdict.state === "sent"
    ? html`<p class="aside">${strings.say("helpful_thanks")}</p>` : nothing;
  const failed = verdict.state === "failed"
    ? html`<p class="aside wrong">${strings.say("feedback_failed")}</p>` : nothing;
  const finished = verdict.state === "kept"
    || (verdict.comment !== null && (verdict.state === "sent" || verdict.state === "answered"));
  return html`${told}${failed}${finished ? nothing : commentForm(id, strings, actions)}`;
}

function commentForm(id: string, strings: Strings, actions: Actions): TemplateResult {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem("comment") as HTMLTextAreaElement;
    if (field.value.trim()) actions.comment(id, field.value.trim());
  };
  return html`<form class="comment" @submit=${send}>
    <label for="comment-${id}">${strings.say("comment")}</label>
    <textarea id="comment-${id}" name="comment" rows="2" maxlength=${LONGEST_COMMENT}
      aria-describedby="hint-${id}"></textarea>
    <p class="aside" id="hint-${id}">${strings.say("comment_hint")}</p>
    <button type="submit" class="choice">${strings.say("comment_send")}</button>
  </form>`;
}
