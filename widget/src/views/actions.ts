import type { Button, Message } from "../messages";

/** What a person can do in the panel. */
export interface Actions {
  readonly close: () => void;
  readonly enlarge: () => void;
  readonly copyConversation: () => void;
  readonly copyMessage: (message: Message) => void;
  readonly askToClear: () => void;
  readonly clear: () => void;
  readonly keep: () => void;
  readonly reopen: () => void;
  readonly ask: (question: string) => void;
  readonly press: (button: Button) => void;
  readonly retry: (key: string) => void;
  readonly askForPerson: () => void;
  readonly judge: (messageId: string, helpful: boolean) => void;
  readonly comment: (messageId: string, comment: string) => void;
}
