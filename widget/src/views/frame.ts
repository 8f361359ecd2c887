/** What is always in sight: the launcher, the header, the way to help, the disclaimer. */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Configuration } from "../configuration";
import type { Strings } from "../strings";
import { dialled } from "../text";
import type { Actions } from "./actions";
import { chatIcon, closeIcon, copyIcon, crossIcon, deleteIcon, messageIcon, phoneIcon, sizeIcon } from "./icons";

export function launcher(strings: Strings, unread: number, open: () => void): TemplateResult {
  const news = unread > 0
    ? html` <span class="unread">${strings.say("unread", { count: String(unread) })}</span>` : nothing;
  return html`<section class="launcher-place" aria-label=${strings.say("title")}>
    <button type="button" class="launcher" aria-haspopup="dialog" @click=${open}>
      ${chatIcon}<span>${strings.say("launcher")}</span>${news}
    </button>
  </section>`;
}

export function header(strings: Strings, person: string | null, actions: Actions): TemplateResult {
  const subtitle = person === null ? strings.say("subtitle") : strings.say("subtitle_person", { name: person });
  return html`<div class="header">
    <span class="mark">${crossIcon}</span>
    <div class="titles">
      <h2 id="title">${strings.say("title")}</h2>
      <p class=${person === null ? "subtitle" : "subtitle with-person"}>${subtitle}</p>
    </div>
    ${tool(strings.say("text_size"), sizeIcon, actions.enlarge)}
    ${tool(strings.say("copy_conversation"), copyIcon, actions.copyConversation)}
    ${tool(strings.say("clear"), deleteIcon, actions.askToClear, "clear")}
    ${tool(strings.say("close"), closeIcon, actions.close)}
  </div>`;
}

function tool(name: string, icon: TemplateResult, act: () => void, id = ""): TemplateResult {
  return html`<button type="button" class="tool" id=${id || nothing} aria-label=${name} title=${name}
    @click=${act}>${icon}</button>`;
}

/** The way to help and the disclaimer: pinned, and there without the server. */
export function pinned(strings: Strings, configuration: Configuration): TemplateResult {
  return html`<section class="pinned" aria-labelledby="help">
    <div class="help">
      <p id="help">${strings.say("help")}</p>
      <ul>
        <li><a href="tel:911">${phoneIcon}${strings.say("call_911")}</a></li>
        <li><a href="tel:988">${phoneIcon}${strings.say("call_988")}</a></li>
        <li><a href="sms:988">${messageIcon}${strings.say("text_988")}</a></li>
      </ul>
    </div>
    <div class="below-help">
      <div class="disclaimer" id="disclaimer">
        <p>${strings.say("disclaimer")}</p>
        <slot name="disclaimer"></slot>
      </div>
      <a class="clinic" href="tel:${dialled(configuration.phone)}"><span>${strings.say("call_clinic")}</span>
        <span class="number">${configuration.phone}</span></a>
    </div>
  </section>`;
}
