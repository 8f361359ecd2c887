import { html, nothing, type TemplateResult } from "lit/html.js";
import { live } from "lit/directives/live.js";
import type { ContactKind, Field } from "../field";
import type { Strings } from "../strings";

export interface ComposerState {
  readonly field: Field;
  readonly contact: ContactKind;
  readonly text: string;
  /** The element that says what is wrong with the entry; null: nothing is. */
  readonly problem: string | null;
}

export interface ComposerActions {
  readonly write: (text: string) => void;
  readonly choose: (contact: ContactKind) => void;
  readonly send: () => void;
}

export function composer(state: ComposerState, strings: Strings, actions: ComposerActions): TemplateResult {
  const { field, problem } = state;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    actions.send();
  };
  // The form has a "Send" of its own; nobody shall take this one for it.
  const hidesSend = field.label === "input_form" && !state.text;
  return html`<form class="composer" novalidate autocomplete=${field.autocomplete === "off" ? "off" : "on"} @submit=${submit}>
    ${field.offersContactKinds ? contactKinds(state.contact, strings, actions) : nothing}
    <label for="entry" class=${field.label === "input" ? "hidden" : nothing}>${strings.say(field.label)}</label>
    ${problem === null ? nothing : html`<p class="wrong" id="wrong">${strings.say("field_problem")}</p>`}
    <div class="row">
      ${field.lines === "one" ? line(state, actions) : area(state, strings, actions)}
      ${hidesSend ? nothing : html`<button type="submit" class="send">${strings.say("send")}</button>`}
    </div>
  </form>`;
}

function contactKinds(chosen: ContactKind, strings: Strings, actions: ComposerActions): TemplateResult {
  const kind = (value: ContactKind, name: string): TemplateResult => html`<label class="kind">
    <input type="radio" name="contact" value=${value} .checked=${live(chosen === value)}
      @change=${() => { actions.choose(value); }}><span>${name}</span></label>`;
  return html`<fieldset>
    <legend>${strings.say("field_how")}</legend>
    ${kind("phone", strings.say("field_phone"))}${kind("email", strings.say("field_email"))}
  </fieldset>`;
}

/** Ids of what says what is wrong: the short line at the field, and the message. */
function describedBy(problem: string | null): string | typeof nothing {
  return problem === null ? nothing : `wrong ${problem}`;
}

function line(state: ComposerState, actions: ComposerActions): TemplateResult {
  const { field, problem } = state;
  return html`<input id="entry" type=${field.type} inputmode=${field.type} autocomplete=${field.autocomplete}
    autocapitalize=${field.autocomplete === "given-name" ? "words" : "off"} spellcheck="false"
    enterkeyhint="send" dir="auto" aria-invalid=${problem === null ? nothing : "true"}
    aria-describedby=${describedBy(problem)}
    .value=${live(state.text)} @input=${(event: InputEvent) => { actions.write(valueOf(event)); }}>`;
}

function area(state: ComposerState, strings: Strings, actions: ComposerActions): TemplateResult {
  const { field, problem } = state;
  const enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    actions.send();
  };
  return html`<textarea id="entry" rows=${rowsFor(state.text)} autocomplete="off" enterkeyhint="send" dir="auto"
    placeholder=${field.label === "input" ? strings.say("input") : nothing}
    aria-invalid=${problem === null ? nothing : "true"} aria-describedby=${describedBy(problem)}
    .value=${live(state.text)} @keydown=${enter}
    @input=${(event: InputEvent) => { actions.write(valueOf(event)); }}></textarea>`;
}

const MOST_ROWS = 5;
const ROW_CHARACTERS = 32;

/** For browsers that do not fit the field to its text by themselves. */
function rowsFor(text: string): number {
  const rows = text.split("\n").reduce((sum, part) => sum + 1 + Math.floor(part.length / ROW_CHARACTERS), 0);
  return Math.min(MOST_ROWS, rows);
}

function valueOf(event: InputEvent): string {
  return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
}
