import { html, type TemplateResult } from "lit/html.js";
import { ChatApi } from "./api";
import { startersOn, type Configuration } from "./configuration";
import { Conversation } from "./conversation";
import { conversationText, copied, messageText } from "./copying";
import { DrawnElement } from "./drawn-element";
import { FeedbackBook } from "./feedback";
import { contactKindOf, fieldFor, lengthOf, type ContactKind } from "./field";
import { focusField, focusPlace, isAtEnd, isFocused, keepFocus, scrollToEnd, scrollToLatest, showField, type FocusPlace } from "./focus";
import type { Message } from "./messages";
import { Strings, type StringKeys } from "./strings";
import { styles } from "./styles/styles";
import { BROWSER, listen } from "./surroundings";
import { SystemTheme } from "./theme";
import { danger, openTurn } from "./transcript";
import { ViewportFit } from "./viewport";
import type { Actions } from "./views/actions";
import type { ComposerActions, ComposerState } from "./views/composer";
import { launcher } from "./views/frame";
import { panel } from "./views/panel";

const SIZE_NAMES: readonly StringKeys<"text_size_1" | "text_size_2" | "text_size_3">[] = [
  "text_size_1", "text_size_2", "text_size_3",
];
const NOTICE_MS = 6_000;

/** The clinic's chat on a page of its website. */
export class ClinicChat extends DrawnElement {
  /** What the gateway knows. Set before the element is defined. */
  static configuration: Configuration;
  /** The gateway's address where the element names none. */
  static defaultServer = "";
  static readonly observedAttributes = ["lang", "page", "theme"];

  private readonly theme = new SystemTheme(() => { void this.redraw(); });
  private readonly viewport = new ViewportFit(() => { showField(this.root); });
  private readonly configuration = ClinicChat.configuration;
  private readonly book = new FeedbackBook(
    (opinion) => this.conversation.judge(opinion), () => { void this.redraw(); },
  );
  private conversation!: Conversation;
  private strings!: Strings;
  private isOpen = false;
  private announces = false;
  private confirming = false;
  private draft = "";
  private contact: ContactKind = "phone";
  private size = 1;
  private notice = "";
  private noticeTimer = 0;
  /** How many replies there were when the panel was last open. */
  private read = 0;
  /** How it was before it was drawn anew. */
  private earlier: { focus: FocusPlace; atEnd: boolean } = { focus: "outside", atEnd: true };
  private deafen = (): void => undefined;
  private readonly handled: Partial<Record<"entry" | "danger" | "problem", string | undefined>> = {};

  /** Open the panel, and the conversation with it. */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.announces = false;
    void this.conversation.open();
    void this.conversation.seen();
    this.tell("open");
    void this.redraw().then(() => {
      scrollToLatest(this.root);
      focusField(this.root);
    });
  }

  /** Close the panel; the conversation goes on. */
  close(): void {
    if (!this.isOpen) return;
    const hadFocus = isFocused(this.root);
    this.isOpen = false;
    this.confirming = false;
    this.read = this.replies;
    this.tell("close");
    void this.redraw().then(() => {
      if (hadFocus) this.root.querySelector<HTMLElement>(".launcher")?.focus();
    });
  }

  connectedCallback(): void {
    const server = (this.getAttribute("server") ?? ClinicChat.defaultServer).replace(/\/+$/, "");
    this.conversation = new Conversation(server, new ChatApi(server), BROWSER, {
      changed: () => { void this.redraw(); },
      returned: (text) => { this.draft ||= text; },
    });
    this.strings = this.stringsAsked();
    this.root.adoptedStyleSheets = [...styles(), this.viewport.sheet];
    this.theme.follow();
    this.viewport.follow();
    this.deafen = listen({
      visible: () => { void this.conversation.seen(); },
      offline: () => { this.conversation.offline(); },
      online: () => { this.conversation.online(); },
    });
    void this.redraw();
  }

  disconnectedCallback(): void {
    this.conversation.end();
    this.theme.leave();
    this.viewport.leave();
    clearTimeout(this.noticeTimer);
    this.deafen();
  }

  attributeChangedCallback(): void {
    this.strings = this.stringsAsked();
    void this.redraw();
  }

  protected override template(): TemplateResult {
    this.offerCorrection();
    this.earlier = { focus: focusPlace(this.root), atEnd: isAtEnd(this.root) };
    const { strings } = this;
    return html`<div class="root" lang=${strings.language} data-theme=${this.theme.resolve(this.getAttribute("theme"))}>
      ${this.isOpen ? this.panel() : launcher(strings, this.replies - this.read, () => { this.open(); })}
    </div>`;
  }

  protected override drawn(): void {
    if (!this.isOpen) return;
    keepFocus(this.root, this.earlier.focus);
    const { entries, phase } = this.conversation.state;
    const last = entries.at(-1)?.key;
    if (last !== this.handled.entry) {
      const place = entries.findIndex((entry) => entry.key === this.handled.entry);
      this.handled.entry = last;
      const added = place < 0 ? [] : entries.slice(place + 1);
      scrollToLatest(this.root, danger(added)?.id ?? added[0]?.key);
      this.goToDanger(danger(entries));
    } else if (this.earlier.atEnd) {
      scrollToEnd(this.root);
    }
    if (!this.announces && phase !== "opening") {
      // Only then, so that what stands already is not read out.
      requestAnimationFrame(() => { this.announces = true; void this.redraw(); });
    }
  }

  private panel(): TemplateResult {
    return panel({
      conversation: this.conversation.state,
      composer: this.composerState(),
      starters: startersOn(this.getAttribute("page"), this.configuration, this.strings.language),
      announces: this.announces,
      confirming: this.confirming,
      notice: this.notice,
      size: this.size,
    }, {
      strings: this.strings,
      configuration: this.configuration,
      book: this.book,
      actions: this.actions,
      composerActions: this.composerActions,
      keydown: (event) => { this.onKey(event); },
    });
  }

  private composerState(): ComposerState {
    const { question } = openTurn(this.conversation.state.entries);
    const problem = question?.problem === true ? `m-${question.id}` : null;
    return { field: fieldFor(question, this.contact), contact: this.contact, text: this.draft, problem };
  }

  private get replies(): number {
    return this.conversation.state.entries.filter((entry) => entry.by === "clinic").length;
  }

  // ---- What a person does ---------------------------------------------------------------------

  private readonly composerActions: ComposerActions = {
    write: (text) => { this.draft = text; void this.redraw(); },
    choose: (contact) => { this.contact = contact; void this.redraw(); },
    send: () => { this.send(); },
  };

  private readonly actions: Actions = {
    close: () => { this.close(); },
    enlarge: () => { this.enlarge(); },
    copyConversation: () => {
      void this.copy(conversationText(this.conversation.state.entries, this.strings, this.configuration));
    },
    copyMessage: (message: Message) => {
      void this.copy(messageText(message, this.strings, this.configuration));
    },
    askToClear: () => { this.confirm(true); },
    keep: () => { this.confirm(false); },
    clear: () => { void this.clear(); },
    reopen: () => { void this.conversation.open(); },
    ask: (question) => { this.does(() => this.conversation.say(question)); },
    press: (button) => { this.does(() => this.conversation.press(button)); },
    retry: (key) => { this.does(() => this.conversation.retry(key)); },
    askForPerson: () => { this.askForPerson(); },
    judge: (id, helpful) => { void this.book.judge(id, helpful, null); },
    comment: (id, comment) => { void this.book.comment(id, comment); },
  };

  private send(): void {
    const text = this.draft.trim();
    if (!text) return;
    if (lengthOf(text) > this.configuration.longest_text) {
      this.conversation.complain("too_long");
      return;
    }
    this.draft = "";
    this.does(() => this.conversation.say(text));
  }

  private askForPerson(): void {
    const { buttons } = openTurn(this.conversation.state.entries);
    const button = buttons.find((one) => this.strings.isPerson(one.title));
    this.does(() => button ? this.conversation.press(button)
      : this.conversation.say(this.strings.say("person_request")));
  }

  /** What was pressed may be gone then: the focus goes on to the field. */
  private does(act: () => Promise<void>): void {
    this.notice = "";
    void act();
    focusField(this.root);
  }

  private enlarge(): void {
    this.size = this.size % SIZE_NAMES.length + 1;
    this.say(this.strings.say(SIZE_NAMES[this.size - 1] ?? "text_size_1"));
  }

  private async copy(text: string): Promise<void> {
    this.say(this.strings.say(await copied(text) ? "copied" : "copy_failed"));
  }

  private confirm(asks: boolean): void {
    this.confirming = asks;
    void this.redraw().then(() => {
      this.root.querySelector<HTMLElement>(asks ? "#keep" : "#clear")?.focus();
    });
  }

  private async clear(): Promise<void> {
    this.confirming = false;
    this.notice = "";
    await this.conversation.clear();
    if (this.conversation.state.trouble === null) {
      this.draft = "";
      this.read = 0;
      this.book.forget();
    }
    await this.redraw();
    focusField(this.root);
  }

  // ---- What happens around --------------------------------------------------------------------

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.confirming) this.confirm(false);
    else this.close();
  }

  /** What was wrong is easier to correct than to write again. */
  private offerCorrection(): void {
    const { question } = openTurn(this.conversation.state.entries);
    if (question?.problem !== true || question.id === this.handled.problem) return;
    this.handled.problem = question.id;
    const last = this.conversation.state.entries.findLast((entry) => entry.by === "patient");
    if (last === undefined || this.draft || !("text" in last.body)) return;
    this.draft = last.text;
    this.contact = contactKindOf(last.text) ?? this.contact;
  }

  /** A reply to danger takes the focus, but never from somebody who writes. */
  private goToDanger(message: Message | null): void {
    if (message === null || message.id === this.handled.danger) return;
    this.handled.danger = message.id;
    if (!this.announces || this.draft || !isFocused(this.root)) return;
    this.root.getElementById(`m-${message.id}`)?.focus({ preventScroll: true });
  }

  private say(notice: string): void {
    this.notice = notice;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = window.setTimeout(() => { this.notice = ""; void this.redraw(); }, NOTICE_MS);
    void this.redraw();
  }

  /** The page hears that the panel was opened or closed, and nothing of what is said in it. */
  private tell(what: "open" | "close"): void {
    this.dispatchEvent(new CustomEvent(`clinic-chat:${what}`, { bubbles: true, composed: true }));
  }

  private stringsAsked(): Strings {
    return new Strings(this.configuration, this.getAttribute("lang") ?? document.documentElement.lang);
  }
}
