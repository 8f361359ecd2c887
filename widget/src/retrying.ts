import { callError, type CallError } from "./api";

/** How often a message is sent again by itself. */
export const MOST_RETRIES = 3;

/** Longer than this nobody waits without being asked. */
const LONGEST_WAIT_SECONDS = 60;

const FIRST_PAUSE_MS = 1_000;

/** Statuses that say nothing about the message itself. */
const PASSING = new Set([0, 500, 502, 503, 504]);

/** Whether the server asks to come again later, and not never. */
export function asksToWait(error: CallError): boolean {
  return error.status === 429 || error.code === "conversation_busy";
}

/**
 * How long to wait, in ms, before the same call is made once more; null: it is not.
 *
 * @param retries how often it was made again already.
 * @param share a random number from 0 to 1, so that many pages do not come back at once.
 */
export function pauseBefore(error: CallError, retries: number, share: number): number | null {
  if (retries >= MOST_RETRIES) return null;
  const asked = error.waitSeconds;
  if (asksToWait(error) || (asked !== null && PASSING.has(error.status))) {
    const seconds = Math.max(1, asked ?? 1);
    return seconds <= LONGEST_WAIT_SECONDS ? seconds * 1_000 : null;
  }
  if (!PASSING.has(error.status)) return null;
  return FIRST_PAUSE_MS * 2 ** retries * (1 + share / 2);
}

/** Waits; ends early, without a word, when the signal does. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    }
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

export interface Patience {
  readonly signal: AbortSignal;
  readonly online: () => boolean;
  /** From 0 to 1. */
  readonly random: () => number;
  /** It failed and is tried again; seconds: what the server asked to wait. */
  readonly again: (seconds: number | null) => void;
}

/** Makes `call` again while that may help. Throws the last `CallError`. */
export async function insist<Content>(call: () => Promise<Content>, patience: Patience): Promise<Content> {
  const { signal } = patience;
  const isOver = (): boolean => signal.aborted;
  for (let retries = 0; ; retries += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = callError(error);
      const ms = pauseBefore(failure, retries, patience.random());
      if (ms === null || isOver() || !patience.online()) throw failure;
      patience.again(failure.waitSeconds === null ? null : Math.ceil(ms / 1_000));
      await pause(ms, signal);
      if (isOver()) throw failure;
    }
  }
}
