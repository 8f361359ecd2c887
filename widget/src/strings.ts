import type { Configuration } from "./configuration";
import type { Places, StringKey } from "./generated/string-keys";

export type { StringKey } from "./generated/string-keys";

/** Some of the keys: a key that no language has does not compile. */
export type StringKeys<Keys extends StringKey> = Keys;

/** The language that every text is there in, and that the clinic's pages are written in. */
export const LEADING = "en";

type Values<Key extends StringKey> = Record<Places[Key], string>;
type Filling<Key extends StringKey> = [Places[Key]] extends [never] ? [] : [values: Values<Key>];

/** Puts values where a text names them in {braces}; what is not known stays. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The widget's texts in one language. */
export class Strings {
  readonly language: string;
  private readonly texts: Readonly<Record<string, string>>;

  /** `wanted` is a language tag such as "es-MX"; an unknown one gets English. */
  constructor(private readonly configuration: Configuration, wanted: string) {
    const [primary = ""] = wanted.toLowerCase().split("-");
    this.language = Object.hasOwn(configuration.strings, primary) ? primary : LEADING;
    this.texts = { ...configuration.strings[LEADING], ...configuration.strings[this.language] };
  }

  say<Key extends StringKey>(key: Key, ...[values]: Filling<Key>): string {
    return fillIn(this.texts[key] ?? "", values ?? {});
  }

  /** Whether a button of the server, in whatever language, leads to a person. */
  isPerson(title: string): boolean {
    return Object.values(this.configuration.strings).some((texts) => texts.person === title);
  }

  /** A day such as "2026-05-31" as this language writes it. */
  day(isoDate: string): string {
    const format = { dateStyle: "long", timeZone: "UTC" } as const;
    const locale = this.language === "en" ? "en-US" : this.language;
    return new Intl.DateTimeFormat(locale, format).format(new Date(isoDate));
  }
}
