import { vi } from "vitest";
import { ChatApi } from "../src/api";
import { Conversation } from "../src/conversation";
import { message } from "./fixtures";
import { FakeGateway } from "./gateway";

/** A conversation with a fake gateway, in fake time. */
export class Bench {
  readonly gateway = new FakeGateway();
  readonly returned: string[] = [];
  online = true;
  visible = true;
  conversation: Conversation;
  private keys = 0;

  constructor() {
    vi.useFakeTimers();
    sessionStorage.clear();
    this.gateway.install();
    this.gateway.answers.set("aura?", [message({ text: "Aura is\u2026" })]);
    this.conversation = this.begin();
  }

  /** As after a reload of the page. */
  reload(): void {
    this.conversation.end();
    this.conversation = this.begin();
  }

  async open(): Promise<void> {
    void this.conversation.open();
    await this.after(1);
  }

  /** Lets everything happen that happens within so many seconds. */
  async after(seconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
  }

  /** What is shown, line by line. */
  get said(): string[] {
    return this.conversation.state.entries.map((entry) => {
      if (entry.by === "divider") return `--${entry.text}`;
      return entry.by === "patient" ? `${entry.text} (${entry.delivery})` : entry.message.text;
    });
  }

  end(): void {
    this.conversation.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }

  private begin(): Conversation {
    return new Conversation("https://chat.example", new ChatApi("https://chat.example"), {
      online: () => this.online,
      visible: () => this.visible,
      random: () => 0,
      newKey: () => `key-${this.keys += 1}`,
    }, { changed: () => undefined, returned: (text) => { this.returned.push(text); } });
  }
}
