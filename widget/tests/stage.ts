/** A page with the element on it, and a fake gateway behind it. */
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { ClinicChat } from "../src/clinic-chat";
import type { Message } from "../src/messages";
import { withoutControls } from "../src/text";
import { configuration } from "./fixtures";
import { FakeGateway } from "./gateway";

interface Stage {
  gateway: FakeGateway;
  chat: ClinicChat;
}

/** Of the test that runs. */
export const stage = {} as Stage;

/** Every test of the file gets a closed panel in English. */
export function prepare(): void {
  beforeAll(() => {
    ClinicChat.configuration = configuration();
    ClinicChat.defaultServer = "https://chat.example";
    customElements.define("clinic-chat", ClinicChat);
  });
  beforeEach(() => {
    sessionStorage.clear();
    vi.stubGlobal("BroadcastChannel", undefined);
    stage.gateway = new FakeGateway();
    stage.gateway.install();
    show("en");
  });
  afterEach(() => {
    stage.chat.remove();
    vi.unstubAllGlobals();
  });
}

/** A new page of the same tab. */
export function show(language: string): void {
  stage.chat = new ClinicChat();
  stage.chat.lang = language;
  document.body.append(stage.chat);
}

export const root = (): ShadowRoot => {
  if (stage.chat.shadowRoot === null) throw new Error("the shadow root is closed");
  return stage.chat.shadowRoot;
};
export const all = (selector: string): HTMLElement[] => [...root().querySelectorAll<HTMLElement>(selector)];
export const one = (selector: string): HTMLElement => {
  const [found] = all(selector);
  if (found === undefined) throw new Error(`there is no ${selector}`);
  return found;
};
export const text = (selector: string): string => one(selector).textContent.replace(/\s+/g, " ").trim();
export const named = (name: string): HTMLElement => {
  const found = all("button").find((button) =>
    (button.getAttribute("aria-label") ?? button.textContent).trim() === name);
  if (found === undefined) throw new Error(`there is no button ${name}`);
  return found;
};

export async function open(): Promise<void> {
  await vi.waitFor(() => one(".launcher"));
  one(".launcher").click();
  await vi.waitFor(() => { expect(text(".log")).toContain("Hello."); });
}

export function write(words: string): void {
  const entry = one("#entry") as HTMLTextAreaElement;
  entry.value = words;
  entry.dispatchEvent(new InputEvent("input"));
}

/** What of a text stands in its first paragraph, as it is shown. */
function beginning(words: string): string {
  return withoutControls(words).split(/\n|(?<=\.) /)[0] ?? "";
}

export async function ask(words: string, ...answer: Message[]): Promise<void> {
  if (answer.length > 0) stage.gateway.answers.set(words, answer);
  write(words);
  one("#entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  if (one("#entry").tagName === "INPUT") one("form.composer").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
  await vi.waitFor(() => { expect(text(".log")).toContain(beginning(answer.at(-1)?.text ?? words)); });
}
