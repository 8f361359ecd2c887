import type { HistoryRecord, Message, News, OpenedSession, Opinion, Outgoing } from "./messages";
import { withoutControls } from "./text";

/** How long an answer is waited for. */
export const TIMEOUT_MS = 15_000;

/** A call that failed. Status 0: no answer came, or none that can be read. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** What Retry-After says; null where it says nothing. */
    readonly waitSeconds: number | null = null,
  ) {
    super(code);
  }
}

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** The gateway's interface. Every method throws `CallError`, and nothing else. */
export class ChatApi {
  constructor(private readonly server: string) {}

  openSession(signal: AbortSignal): Promise<OpenedSession> {
    return this.call<OpenedSession>({ method: "POST", path: "session", body: {}, signal });
  }

  /** `key` stays the same however often the same message is sent. */
  async say(token: string, body: Outgoing, key: string, signal: AbortSignal): Promise<readonly Message[]> {
    const call = { method: "POST", path: "message", token, body, key, signal } as const;
    return (await this.call<{ messages: Message[] }>(call)).messages;
  }

  async history(token: string, signal: AbortSignal): Promise<readonly HistoryRecord[]> {
    const call = { method: "GET", path: "history", token, signal } as const;
    return (await this.call<{ messages: HistoryRecord[] }>(call)).messages;
  }

  news(token: string, after: string, signal: AbortSignal): Promise<News> {
    const path = `updates?after=${encodeURIComponent(after)}`;
    return this.call<News>({ method: "GET", path, token, signal });
  }

  async closeSession(token: string): Promise<void> {
    await this.call<null>({ method: "DELETE", path: "session", token });
  }

  /** The reply to a comment that tells of a danger; to any other there is none. */
  async judge(token: string, opinion: Opinion): Promise<readonly Message[]> {
    const call = { method: "POST", path: "feedback", token, body: opinion } as const;
    return (await this.call<{ messages: Message[] } | null>(call))?.messages ?? [];
  }

  private async call<Content>(call: Call): Promise<Content> {
    const timeout = new AbortController();
    const timer = setTimeout(() => { timeout.abort(); }, TIMEOUT_MS);
    const giveUp = (): void => { timeout.abort(); };
    call.signal?.addEventListener("abort", giveUp);
    try {
      if (call.signal?.aborted) giveUp();
      const response = await fetch(`${this.server}/api/${call.path}`, {
        method: call.method,
        headers: headersOf(call),
        body: call.body === undefined ? null : JSON.stringify(call.body),
        credentials: "omit",
        cache: "no-store",
        signal: timeout.signal,
      });
      return await contentOf<Content>(response);
    } catch (error) {
      if (error instanceof CallError) throw error;
      throw new CallError(0, timeout.signal.aborted ? "timeout" : "unreachable");
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", giveUp);
    }
  }
}

function headersOf(call: Call): Record<string, string> {
  return {
    ...(call.token !== undefined && { Authorization: `Bearer ${call.token}` }),
    ...(call.body !== undefined && { "Content-Type": "application/json" }),
    ...(call.key !== undefined && { "Idempotency-Key": call.key }),
  };
}

/** Nothing that comes from outside may turn the direction of the text around it. */
function clean(_key: string, value: unknown): unknown {
  return typeof value === "string" ? withoutControls(value) : value;
}

async function contentOf<Content>(response: Response): Promise<Content> {
  if (response.ok) return (response.status === 204 ? null : JSON.parse(await response.text(), clean)) as Content;
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  let code = "unreadable";
  try {
    code = ((await response.json()) as { error: { code: string } }).error.code;
  } catch {
    // A proxy's error page: the status says enough.
  }
  throw new CallError(response.status, code, Number.isFinite(seconds) ? seconds : null);
}

/** Every call fails with a `CallError`; anything else is a mistake of ours and goes on. */
export function callError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  throw error;
}
