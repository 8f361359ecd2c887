/** Where the token of the conversation is kept: this tab, and the other tabs of the same site. */

const NAME = "clinic-chat-token";
const CHANNEL = "clinic-chat";

/** How long another tab has to answer. Tabs answer within a few ms. */
const ANSWER_MS = 200;

/** The token in `sessionStorage`, which ends with the tab; in memory where that is forbidden. */
export class TokenStore {
  private kept: string | null = null;

  get(): string | null {
    try {
      return sessionStorage.getItem(NAME);
    } catch {
      return this.kept;
    }
  }

  set(token: string | null): void {
    this.kept = token;
    try {
      if (token === null) sessionStorage.removeItem(NAME);
      else sessionStorage.setItem(NAME, token);
    } catch {
      // Storage is forbidden on this site: the conversation lasts as long as the page.
    }
  }
}

type Note =
  | { readonly type: "ask"; readonly server: string }
  | { readonly type: "token" | "over"; readonly server: string; readonly token: string };

/** Tells the other tabs of the site the token, and that a conversation was deleted. */
export class Tabs {
  private readonly channel: BroadcastChannel | null;
  private waiting: ((token: string) => void) | null = null;

  /**
   * @param server tells the conversations of several servers apart.
   * @param token the token of this tab, when another tab asks.
   * @param over called when another tab deleted this tab's conversation.
   */
  constructor(
    private readonly server: string,
    private readonly token: () => string | null,
    private readonly over: () => void,
  ) {
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    this.channel?.addEventListener("message", (event: MessageEvent<Note>) => { this.hear(event.data); });
  }

  /** The token of another tab; null where none has one. */
  ask(): Promise<string | null> {
    const channel = this.channel;
    if (channel === null) return Promise.resolve(null);
    return new Promise((answer) => {
      const end = (token: string | null): void => {
        clearTimeout(timer);
        this.waiting = null;
        answer(token);
      };
      const timer = setTimeout(() => { end(null); }, ANSWER_MS);
      this.waiting = end;
      channel.postMessage({ type: "ask", server: this.server } satisfies Note);
    });
  }

  tellOver(token: string): void {
    this.channel?.postMessage({ type: "over", server: this.server, token } satisfies Note);
  }

  close(): void {
    this.channel?.close();
  }

  private hear(note: Note): void {
    if (note.server !== this.server) return;
    const own = this.token();
    if (note.type === "over" && note.token === own) this.over();
    if (note.type === "token") this.waiting?.(note.token);
    if (note.type === "ask" && own !== null) {
      this.channel?.postMessage({ type: "token", server: this.server, token: own } satisfies Note);
    }
  }
}
