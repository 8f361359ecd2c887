import { callError, type CallError, type ChatApi } from "./api";
import { Following } from "./following";
import type { Button, Message, Opinion, Outgoing } from "./messages";
import { asksToWait, insist, type Patience } from "./retrying";
import { Tabs, TokenStore } from "./session";
import { ConversationState, type TroubleText } from "./state";
import type { Surroundings } from "./surroundings";
import {
  begunAnew, isUnsent, withReplies, type DividerEntry, type DividerText, type Entry, type PatientEntry,
} from "./transcript";

/** After this long somebody who waits is told that it takes longer. */
const SLOW_MS = 6_000;

export interface Listener {
  /** Something to show has changed. */
  readonly changed: () => void;
  /** A text that cannot be sent as it is goes back to who wrote it. */
  readonly returned: (text: string) => void;
}

/** One patient's conversation: everything that is done in it, whatever happens to the connection. */
export class Conversation {
  readonly state: ConversationState;
  private readonly store = new TokenStore();
  private readonly tabs: Tabs;
  private readonly following: Following;
  private life = new AbortController();
  private arrived: Promise<string> | null = null;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    server: string,
    private readonly api: ChatApi,
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {
    this.state = new ConversationState(listener.changed);
    this.tabs = new Tabs(server, () => this.store.get(), () => { this.forget(); });
    this.following = new Following(
      this.state, api, this.store, () => this.life.signal, () => { this.leave(); }, around.visible,
    );
  }

  /** The panel was opened: bring the conversation of this tab or another, or begin one. */
  async open(): Promise<void> {
    if (this.state.phase !== "idle") return;
    const { signal } = this.life;
    this.state.set({ phase: "opening", trouble: null });
    try {
      await insist(() => this.arrive(), this.patience(signal, () => { this.listener.changed(); }));
    } catch (error) {
      const failure = callError(error);
      if (signal.aborted) return;
      this.state.set({ phase: "idle", trouble: { text: this.reasonOf(failure), retry: "open" } });
    }
  }

  /** The page can be seen again, or the panel was opened again. */
  async seen(): Promise<void> {
    if (this.state.phase === "open" && this.around.visible()) await this.following.refresh();
  }

  /** The browser says that there is no connection. */
  offline(): void {
    if (this.state.phase !== "idle") this.complain("offline");
  }

  /** There is a connection again: what could not be sent is sent. */
  online(): void {
    const { entries, phase, trouble } = this.state;
    if (phase === "idle" && trouble === null) return;
    this.state.set({ trouble: null });
    for (const entry of entries) {
      if (isUnsent(entry) && entry.delivery === "failed") void this.deliver(entry.key);
    }
    void (phase === "idle" ? this.open() : this.seen());
  }

  say(text: string): Promise<void> {
    return this.begin({ text }, text);
  }

  press(button: Button): Promise<void> {
    return this.begin({ button_id: button.id }, button.title);
  }

  /** Send a failed message once more, as the same one. */
  retry(key: string): Promise<void> {
    this.state.set({ trouble: null });
    return this.deliver(key);
  }

  /** Delete the conversation, here and on the server. */
  async clear(): Promise<void> {
    const token = this.store.get();
    this.state.set({ trouble: null });
    try {
      if (token !== null) await this.api.closeSession(token);
    } catch (error) {
      if (callError(error).status !== 401) {
        this.state.set({ trouble: { text: "clear_failed", retry: "clear" } });
        return;
      }
    }
    if (token !== null) this.tabs.tellOver(token);
    this.forget();
  }

  /**
   * Tell whether an answer was helpful. Throws `CallError`.
   *
   * @returns whether the comment told of a danger: then it is a message of the patient, and answered.
   */
  async judge(opinion: Opinion): Promise<boolean> {
    const { signal } = this.life;
    const messages = await this.api.judge(this.store.get() ?? "", opinion);
    if (messages.length === 0 || signal.aborted) return false;
    const text = opinion.comment ?? "";
    const key = this.around.newKey();
    const entry: PatientEntry = { by: "patient", key, id: null, text, delivery: "sent", body: { text } };
    const entries = withReplies([...this.state.entries, entry], messages);
    this.state.set({ entries, trouble: null, note: null });
    return true;
  }

  /** Something cannot be done, and why. */
  complain(text: TroubleText): void {
    this.state.set({ trouble: { text, retry: null } });
  }

  /** The element left the page. */
  end(): void {
    this.life.abort();
    this.following.stop();
    this.tabs.close();
    clearTimeout(this.slowTimer);
  }

  // ---- Sending --------------------------------------------------------------------------------

  private begin(body: Outgoing, text: string): Promise<void> {
    const key = this.around.newKey();
    const entry: PatientEntry = { by: "patient", key, id: null, text, delivery: "sending", body };
    this.state.set({ entries: [...this.state.entries, entry], trouble: null, note: null });
    return this.deliver(key);
  }

  private async deliver(key: string): Promise<void> {
    const { signal } = this.life;
    this.state.change(key, { delivery: "sending" });
    this.timeSlowness();
    const again = (): void => { this.state.change(key, { delivery: "again" }); };
    try {
      const messages = await insist(() => this.sendOnce(key, signal), this.patience(signal, again));
      if (!signal.aborted) this.settle(key, messages);
    } catch (error) {
      const failure = callError(error);
      if (!signal.aborted) this.fail(key, failure);
    }
  }

  private async sendOnce(key: string, signal: AbortSignal): Promise<readonly Message[]> {
    const token = await this.arrive();
    const entry = this.state.unsent(key);
    // A history may have told meanwhile that it did arrive.
    return entry ? await this.api.say(token, entry.body, key, signal) : [];
  }

  private settle(key: string, messages: readonly Message[]): void {
    this.state.change(key, { delivery: "sent" });
    this.state.set({
      entries: withReplies(this.state.entries, messages),
      trouble: null,
      note: messages.length > 0 ? null : "delivered",
    });
    this.timeSlowness();
    this.following.start();
  }

  private fail(key: string, error: CallError): void {
    const entry = this.state.unsent(key);
    if (entry === undefined) return;
    this.state.change(key, { delivery: "failed" });
    this.timeSlowness();
    if (error.status === 401) {
      this.leave();
    } else if (error.code === "button_over") {
      this.state.drop(key);
      this.complain("choice_over");
      void this.following.refresh();
    } else if (error.status === 413 || error.code === "text_too_long" || error.code === "text_empty") {
      this.state.drop(key);
      this.listener.returned(entry.text);
      this.complain("too_long");
    } else {
      this.complain(this.reasonOf(error));
    }
  }

  private reasonOf(error: CallError): TroubleText {
    if (!this.around.online()) return "offline";
    if (asksToWait(error)) return "too_many";
    return error.status === 0 || error.status >= 500 ? "unreachable" : "refused";
  }

  private patience(signal: AbortSignal, again: () => void): Patience {
    const { online, random } = this.around;
    return { signal, online, random, again: (seconds) => { this.state.waitSeconds = seconds; again(); } };
  }

  private timeSlowness(): void {
    clearTimeout(this.slowTimer);
    this.state.slow = false;
    if (this.state.isWorking) {
      this.slowTimer = setTimeout(() => { this.state.set({ slow: true }); }, SLOW_MS);
    }
  }

  // ---- The session ----------------------------------------------------------------------------

  /** The token, of a conversation that is shown. */
  private arrive(): Promise<string> {
    if (this.arrived === null) {
      const arriving = this.restoreOrOpen();
      this.arrived = arriving;
      arriving.catch(() => { if (this.arrived === arriving) this.arrived = null; });
    }
    return this.arrived;
  }

  private async restoreOrOpen(): Promise<string> {
    const { signal } = this.life;
    const token = this.store.get() ?? await this.tabs.ask();
    if (token === null) return this.openNew(signal, "new_conversation");
    try {
      const history = await this.api.history(token, signal);
      this.store.set(token);
      this.following.take(history);
      return token;
    } catch (error) {
      if (callError(error).status !== 401) throw error;
      this.store.set(null);
      return this.openNew(signal, "ended_before");
    }
  }

  private async openNew(signal: AbortSignal, divider: DividerText): Promise<string> {
    const opened = await this.api.openSession(signal);
    this.store.set(opened.token);
    this.following.note(opened.messages);
    this.state.set({ phase: "open", entries: this.greeted(opened.messages, divider) });
    this.following.start();
    return opened.token;
  }

  /** The greeting stands above what was not sent yet, and below what ended. */
  private greeted(greeting: readonly Message[], text: DividerText): Entry[] {
    const divider: DividerEntry = { by: "divider", key: this.around.newKey(), text };
    const begun = begunAnew(this.state.entries, divider);
    const above = begun.filter((entry) => !isUnsent(entry));
    return [...withReplies(above, greeting), ...begun.filter(isUnsent)];
  }

  /** It is over on the server: what was said stays readable, and the next message begins anew. */
  private leave(): void {
    this.store.set(null);
    this.arrived = null;
    this.following.stop();
    this.state.set({ person: null, trouble: { text: "session_over", retry: null } });
  }

  private forget(): void {
    this.life.abort();
    this.life = new AbortController();
    this.following.stop();
    this.store.set(null);
    this.arrived = null;
    this.state.set({
      phase: "idle", entries: [], person: null, trouble: null, note: "cleared", waitsForHistory: false,
    });
  }
}
