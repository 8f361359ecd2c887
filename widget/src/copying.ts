import type { Configuration } from "./configuration";
import type { Message } from "./messages";
import type { Strings } from "./strings";
import type { Entry } from "./transcript";
import { sourceLine } from "./views/source";

/** A message as plain text, with what it rests on and its disclaimer. */
export function messageText(message: Message, strings: Strings, configuration: Configuration): string {
  return [
    message.text,
    message.source && sourceLine(message, message.source, strings, configuration),
    message.disclaimer,
  ].filter(Boolean).join("\n");
}

/** The whole conversation as plain text, with who said what. */
export function conversationText(
  entries: readonly Entry[], strings: Strings, configuration: Configuration,
): string {
  return entries.map((entry) => {
    if (entry.by === "divider") return strings.say(entry.text);
    if (entry.by === "patient") return `${strings.say("you_said")}: ${entry.text}`;
    const { message } = entry;
    const speaker = message.from === "person"
      ? strings.say("person_said", { name: message.name ?? "" }) : strings.say("assistant_said");
    return `${speaker}: ${messageText(message, strings, configuration)}`;
  }).join("\n\n");
}

/** Whether the text is in the clipboard now. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
