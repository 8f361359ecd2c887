import { html, nothing, type TemplateResult } from "lit/html.js";
import { repeat } from "lit/directives/repeat.js";
import type { ConversationState } from "../state";
import { danger, openTurn } from "../transcript";
import { bubble, type BubbleContext } from "./bubbles";
import { choices, starters } from "./choices";
import { composer, type ComposerActions, type ComposerState } from "./composer";
import { header, pinned } from "./frame";
import { personIcon } from "./icons";
import { activityText, alert, confirmClear, status } from "./notices";

export interface PanelState {
  readonly conversation: ConversationState;
  readonly composer: ComposerState;
  /** Questions to begin with. */
  readonly starters: readonly string[];
  /** Additions to the log are announced: what was there before stands already. */
  readonly announces: boolean;
  readonly confirming: boolean;
  /** Said instead of what goes on, such as "Copied."; empty: nothing. */
  readonly notice: string;
  readonly size: number;
}

export interface PanelContext extends BubbleContext {
  readonly composerActions: ComposerActions;
  readonly keydown: (event: KeyboardEvent) => void;
}

/** The open chat: beside the page's content on a wide screen, over it on a phone. */
export function panel(state: PanelState, context: PanelContext): TemplateResult {
  const { strings, configuration, actions } = context;
  return html`<div class="panel" role="dialog" aria-labelledby="title" aria-describedby="disclaimer"
    tabindex="-1" data-size=${state.size} @keydown=${context.keydown}>
    <div class="sheet">
      ${header(strings, state.conversation.person, actions)}
      ${pinned(strings, configuration)}
      ${scrolled(state, context)}
      ${footer(state, context)}
    </div>
  </div>`;
}

function scrolled(state: PanelState, context: PanelContext): TemplateResult {
  const { strings, actions } = context;
  const { entries, person, isWorking } = state.conversation;
  // The way to a person has a place of its own below.
  const { buttons: all, question } = openTurn(entries);
  const begins = state.starters.length > 0 && !entries.some((entry) => entry.by === "patient");
  const buttons = all.filter((button) =>
    !strings.isPerson(button.title) && !(begins && state.starters.includes(button.title)));
  return html`<div class="scroll" role="region" aria-label=${strings.say("conversation")} tabindex="0">
    <div class="log" role="log" aria-label=${strings.say("messages")} aria-relevant="additions"
      aria-live=${state.announces ? "polite" : "off"}>
      ${repeat(entries, (entry) => entry.key, (entry) => bubble(entry, context))}
    </div>
    ${begins ? starters(state.starters, strings, actions) : nothing}
    ${person === null ? choices({ buttons, question, waits: isWorking }, strings, actions) : nothing}
  </div>`;
}

function footer(state: PanelState, context: PanelContext): TemplateResult {
  const { strings, configuration, actions } = context;
  const { activity, entries, isWorking, trouble } = state.conversation;
  const offered = openTurn(entries).buttons.some((button) => strings.isPerson(button.title));
  const said = state.notice || (activity === null ? "" : activityText(activity, strings));
  return html`<div class="footer">
    ${status(said, isWorking && !state.notice)}
    ${alert(danger(entries), trouble, strings, configuration, actions)}
    ${state.confirming ? confirmClear(strings, actions) : nothing}
    ${composer(state.composer, strings, context.composerActions)}
    <button type="button" class=${offered ? "to-person offered" : "to-person"} @click=${actions.askForPerson}>${personIcon}${strings.say("person")}</button>
  </div>`;
}
