/** What a conversation has to know of the world around it. */
export interface Surroundings {
  readonly online: () => boolean;
  readonly visible: () => boolean;
  /** From 0 to 1. */
  readonly random: () => number;
  /** A new Idempotency-Key. */
  readonly newKey: () => string;
}

export const BROWSER: Surroundings = {
  online: () => navigator.onLine,
  visible: () => !document.hidden,
  random: Math.random,
  newKey: () => Array.from(
    crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"),
  ).join(""),
};

/** What the browser tells. */
export interface Changes {
  readonly visible: () => void;
  readonly offline: () => void;
  readonly online: () => void;
}

/** Listens to the browser until the function that is returned is called. */
export function listen(changes: Changes): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("visibilitychange", changes.visible, { signal });
  window.addEventListener("offline", changes.offline, { signal });
  window.addEventListener("online", changes.online, { signal });
  return () => { listening.abort(); };
}
