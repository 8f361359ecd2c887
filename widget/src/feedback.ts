import { CallError } from "./api";
import type { Opinion } from "./messages";

/** Whether an answer was helpful, as far as it was told here. */
export interface Verdict {
  readonly helpful: boolean;
  readonly comment: string | null;
  /** `answered`: the comment told of a danger, and the conversation holds it and the reply. */
  readonly state: "sending" | "sent" | "answered" | "failed";
}

/** Keeps what the patient says about answers and sends it. A new opinion replaces the one before. */
export class FeedbackBook {
  private readonly verdicts = new Map<string, Verdict>();

  /**
   * @param send tells whether the comment was answered as a message; throws `CallError`.
   * @param changed is told when there is something to show.
   */
  constructor(
    private readonly send: (opinion: Opinion) => Promise<boolean>,
    private readonly changed: () => void,
  ) {}

  verdictOn(messageId: string): Verdict | null {
    return this.verdicts.get(messageId) ?? null;
  }

  async judge(messageId: string, helpful: boolean, comment: string | null): Promise<void> {
    const note = (state: Verdict["state"]): void => {
      this.verdicts.set(messageId, { helpful, comment, state });
      this.changed();
    };
    note("sending");
    try {
      const answered = await this.send({ message_id: messageId, helpful, comment });
      note(answered ? "answered" : "sent");
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      note("failed");
    }
  }

  forget(): void {
    this.verdicts.clear();
  }
}
