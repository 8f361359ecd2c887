import { callError, type ChatApi } from "./api";
import type { HistoryRecord, Message } from "./messages";
import { NewsWatch, secondsAfterFailure } from "./news";
import { pause } from "./retrying";
import type { TokenStore } from "./session";
import type { ConversationState } from "./state";
import { merged, withReplies } from "./transcript";

/** How often, and how many times, a history is asked for whose last answer is still being made. */
const HISTORY_MS = 1_500;
const HISTORY_TIMES = 30;

/** Keeps what is shown up with the server: its history, and what people of the clinic write. */
export class Following {
  private readonly news: NewsWatch;
  /** The last message that a history, the session or news brought. */
  private latest = "";

  /**
   * @param signal of the conversation that goes on now.
   * @param over called when the server says that the conversation has ended.
   */
  constructor(
    private readonly state: ConversationState,
    private readonly api: ChatApi,
    private readonly store: TokenStore,
    private readonly signal: () => AbortSignal,
    private readonly over: () => void,
    visible: () => boolean,
  ) {
    this.news = new NewsWatch(() => this.askForNews(), visible);
  }

  /** Ask for news now, and from then on. */
  start(): void {
    this.news.start();
  }

  /** Of the conversation that was followed nothing more is wanted. */
  stop(): void {
    this.news.stop();
    this.latest = "";
  }

  /** Show a history, as the conversation of the token that is kept. */
  take(history: readonly HistoryRecord[]): void {
    this.note(history);
    this.state.set({ phase: "open", entries: merged(this.state.entries, history) });
    this.start();
    if (history.some(isWaiting) && !this.state.isWorking) void this.awaitAnswer();
  }

  /** These came from the server without being asked for: news are asked for behind the last. */
  note(messages: readonly (HistoryRecord | Message)[]): void {
    const last = messages.findLast((entry) => !("role" in entry && entry.role === "patient"));
    if (last) this.latest = last.id;
  }

  /** Bring the history; once more where something was said meanwhile. */
  async refresh(): Promise<void> {
    const token = this.store.get();
    if (token === null) return;
    const signal = this.signal();
    const { revision } = this.state;
    try {
      const history = await this.api.history(token, signal);
      if (signal.aborted || token !== this.store.get()) return;
      if (revision === this.state.revision) this.take(history);
      else await this.refresh();
    } catch (error) {
      const { status } = callError(error);
      if (signal.aborted) return;
      if (status === 401) this.over();
      // A page that was hidden asks for news no more: they go on, whatever came of the history.
      else this.start();
    }
  }

  private async awaitAnswer(): Promise<void> {
    const signal = this.signal();
    this.state.set({ waitsForHistory: true });
    for (let times = 0; times < HISTORY_TIMES && this.state.waitsForHistory; times += 1) {
      await pause(HISTORY_MS, signal);
      const token = this.store.get();
      if (signal.aborted || token === null) return;
      const history = await this.api.history(token, signal).catch(() => null);
      if (history?.some(isWaiting) === false) {
        this.state.set({ waitsForHistory: false });
        this.take(history);
      }
    }
    this.state.set({ waitsForHistory: false });
  }

  private async askForNews(): Promise<number | null> {
    const token = this.store.get();
    if (token === null) return null;
    const signal = this.signal();
    try {
      const news = await this.api.news(token, this.latest, signal);
      // Of a conversation that ended meanwhile nothing is shown.
      if (signal.aborted || token !== this.store.get()) return null;
      this.note(news.messages);
      const entries = withReplies(this.state.entries, news.messages);
      this.state.set({ entries, person: news.person?.name ?? null });
      return news.again_seconds;
    } catch (error) {
      const failure = callError(error);
      if (signal.aborted) return null;
      if (failure.status !== 401) return secondsAfterFailure(failure.waitSeconds);
      this.over();
      return null;
    }
  }
}

function isWaiting(record: HistoryRecord): boolean {
  return record.role === "patient" && !record.answered;
}
