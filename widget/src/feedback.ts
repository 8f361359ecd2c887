import { CallError } from "./api";
import type { Message, Opinion } from "./messages";

/** Whether an answer was helpful. */
export interface Verdict {
  readonly helpful: boolean;
  readonly comment: string | null;
  /**
   * `kept`: the server knew it already. `answered`: the comment told of a danger, and the
   * conversation holds it and the reply.
   */
  readonly state: "kept" | "sending" | "sent" | "answered" | "failed";
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

  verdictOn({ id, helpful }: Message): Verdict | null {
    return this.verdicts.get(id) ?? (helpful === null ? null : { helpful, comment: null, state: "kept" });
  }

  /** Say more of an answer that was judged here. */
  comment(messageId: string, comment: string): Promise<void> {
    return this.judge(messageId, this.verdicts.get(messageId)?.helpful ?? false, comment);
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
