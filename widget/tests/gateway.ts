import { vi } from "vitest";
import type { HistoryRecord, Message, Opinion, Outgoing } from "../src/messages";
import { message } from "./fixtures";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly body: unknown;
}

type Failing = () => Promise<Response>;

export function refusal(status: number, code: string, retryAfter?: number): Failing {
  const headers = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return () => Promise.resolve(Response.json({ error: { code, message: code } }, { status, headers }));
}

export const noConnection: Failing = () => Promise.reject(new TypeError("Failed to fetch"));

/** What a browser sees of the gateway, with failures on demand. */
export class FakeGateway {
  readonly asked: Asked[] = [];
  readonly records: HistoryRecord[] = [];
  token: string | null = null;
  person: string | null = null;
  news: Message[] = [];
  /** What is answered to each text or button id; anything else gets one plain answer. */
  readonly answers = new Map<string, Message[]>();
  private readonly failing: [RegExp, Failing][] = [];
  private readonly byKey = new Map<string, Message[]>();
  private count = 0;

  install(): void {
    vi.stubGlobal("fetch", (address: string, init: RequestInit) => this.take(address, init));
  }

  /** The next calls to what matches fail so, one after the other. */
  failNext(path: RegExp, ...failing: Failing[]): void {
    this.failing.push(...failing.map((one): [RegExp, Failing] => [path, one]));
  }

  calls(path: string): Asked[] {
    return this.asked.filter((one) => one.path.startsWith(path));
  }

  private async take(address: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const path = address.replace(/^.*\/api\//, "");
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    this.asked.push({ method: init.method ?? "", path, key: headers.get("Idempotency-Key"), body });
    const place = this.failing.findIndex(([pattern]) => pattern.test(path));
    const [failure] = place < 0 ? [] : this.failing.splice(place, 1);
    if (failure) return abortable(failure[1](), init.signal ?? null);
    if (init.method === "POST" && path === "session") return this.opened();
    if (headers.get("Authorization") !== `Bearer ${String(this.token)}`) return refusal(401, "session_over")();
    return this.answered(init.method ?? "", path, headers, body);
  }

  private answered(method: string, path: string, headers: Headers, body: unknown): Response {
    if (method === "DELETE") {
      this.token = null;
      return new Response(null, { status: 204 });
    }
    if (path === "feedback") return this.judged(body as Opinion);
    if (path === "history") return Response.json({ messages: this.records });
    if (path.startsWith("updates")) {
      const person = this.person === null ? null : { name: this.person };
      return Response.json({ messages: this.news, person, again_seconds: 4 });
    }
    return Response.json({ messages: this.say(headers.get("Idempotency-Key") ?? "", body as Outgoing) });
  }

  private judged({ message_id, helpful, comment }: Opinion): Response {
    const messages = this.answers.get(comment ?? "");
    const place = this.records.findIndex((record) => record.id === message_id);
    const judged = this.records[place];
    if (judged && judged.role !== "patient") this.records[place] = { ...judged, helpful };
    return messages ? Response.json({ messages }) : new Response(null, { status: 204 });
  }

  private opened(): Response {
    this.token = `token-${this.count += 1}`;
    const greeting = message({ kind: "chitchat", text: "Hello." });
    this.records.splice(0, this.records.length, { ...greeting, role: "assistant" });
    return Response.json({ token: this.token, expires_at: "", messages: [greeting] }, { status: 201 });
  }

  private say(key: string, body: Outgoing): Message[] {
    const known = this.byKey.get(key);
    if (known) return known;
    const said = "text" in body ? body.text : body.button_id;
    const messages = this.answers.get(said) ?? [message()];
    this.byKey.set(key, messages);
    this.records.push({ role: "patient", id: `p-${key}`, text: said, answered: true });
    this.records.push(...messages.map((one) => ({ ...one, role: "assistant" as const })));
    return messages;
  }
}

function abortable(response: Promise<Response>, signal: AbortSignal | null): Promise<Response> {
  return new Promise((done, fail) => {
    signal?.addEventListener("abort", () => { fail(new DOMException("aborted", "AbortError")); });
    response.then(done, fail);
  });
}

/** A call that is never answered. */
export const silence: Failing = () => new Promise(() => undefined);
