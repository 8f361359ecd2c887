import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Message, OpenButton } from "../messages";
import { LEADING, type Strings } from "../strings";
import type { Actions } from "./actions";

/** Questions to begin with. */
export function starters(questions: readonly string[], strings: Strings, actions: Actions): TemplateResult {
  const all = questions.map((name) => ({ name, language: null, act: () => { actions.ask(name); } }));
  return list("starters", strings.say("starters"), all);
}

export interface OpenChoices {
  readonly buttons: readonly OpenButton[];
  /** The form's question that they answer, if they do. */
  readonly question: Message | null;
  /** An answer is on its way: nothing can be chosen. */
  readonly waits: boolean;
}

/** The buttons of the latest turn. */
export function choices(open: OpenChoices, strings: Strings, actions: Actions): TemplateResult | typeof nothing {
  if (open.buttons.length === 0) return nothing;
  // Not `disabled`: that would take the keyboard focus away.
  const all = open.buttons.map((button) => ({
    name: button.title, language: button.language, act: open.waits ? null : () => { actions.press(button); },
  }));
  const asks = open.question?.asks;
  const kind = asks === "confirm" || asks === "consent" ? "choices leads" : "choices";
  return list(kind, strings.say("choices"), all);
}

interface Choice {
  readonly name: string;
  readonly language: string | null;
  /** null: not now. */
  readonly act: (() => void) | null;
}

function list(kind: string, label: string, all: readonly Choice[]): TemplateResult {
  return html`<div class=${kind} role="group" aria-label=${label}>
    <p class="label" aria-hidden="true">${label}</p>
    <ul>${all.map((choice) => html`<li><button type="button" class="choice" lang=${choice.language ?? LEADING}
      aria-disabled=${choice.act === null ? "true" : nothing} @click=${choice.act}>${choice.name}</button></li>`)}</ul>
  </div>`;
}
