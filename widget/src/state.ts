import type { StringKeys } from "./strings";
import { isUnsent, type Entry, type PatientEntry } from "./transcript";

export type TroubleText = StringKeys<
  | "offline" | "unreachable" | "too_many" | "refused" | "too_long"
  | "session_over" | "choice_over" | "clear_failed"
>;

/** What `role=alert` says; `retry` is what can be tried again. */
export interface Trouble {
  readonly text: TroubleText;
  readonly retry: "open" | "clear" | null;
}

type ActivityText = StringKeys<"opening" | "working" | "slow" | "again" | "delivered" | "cleared">;

/** What `role=status` says while something is going on. */
export type Activity =
  | { readonly text: ActivityText }
  | { readonly text: StringKeys<"again_soon">; readonly seconds: number };

/** `opening`: its history or its greeting is on the way. */
export type Phase = "idle" | "opening" | "open";

/** What is known of a conversation; whoever changes it here is sure that it is shown. */
export class ConversationState {
  phase: Phase = "idle";
  entries: readonly Entry[] = [];
  /** The name of the person of staff who answers now. */
  person: string | null = null;
  trouble: Trouble | null = null;
  /** How the last thing that was done ended, where no message says it. */
  note: "delivered" | "cleared" | null = null;
  /** The next attempt comes after so long; null: soon. */
  waitSeconds: number | null = null;
  /** The answer to a message of another page load is still being made. */
  waitsForHistory = false;
  slow = false;
  /** Rises with every change of the entries. */
  revision = 0;

  constructor(private readonly changed: () => void) {}

  get isWorking(): boolean {
    return this.waitsForHistory
      || this.entries.some((entry) => isUnsent(entry) && entry.delivery !== "failed");
  }

  get activity(): Activity | null {
    if (this.entries.some((entry) => entry.by === "patient" && entry.delivery === "again")) {
      const seconds = this.waitSeconds;
      return seconds === null ? { text: "again" } : { text: "again_soon", seconds };
    }
    if (this.isWorking) return { text: this.slow ? "slow" : "working" };
    if (this.phase === "opening") return { text: "opening" };
    return this.note && { text: this.note };
  }

  set(part: Partial<Omit<ConversationState, "isWorking" | "activity" | "revision">>): void {
    if (part.entries) this.revision += 1;
    Object.assign(this, part);
    this.changed();
  }

  /** The message with this key, until it is sent. */
  unsent(key: string): PatientEntry | undefined {
    return this.entries.filter(isUnsent).find((entry) => entry.key === key);
  }

  change(key: string, part: Partial<PatientEntry>): void {
    const entries = this.entries.map((entry) =>
      entry.key === key && isUnsent(entry) ? { ...entry, ...part } : entry);
    this.set({ entries });
  }

  drop(key: string): void {
    this.set({ entries: this.entries.filter((entry) => entry.key !== key) });
  }
}
