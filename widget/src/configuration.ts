/** What the gateway knows and the widget needs before any request: it works with the server down. */

export interface PageConfiguration {
  readonly title: string;
  /** Questions to begin with, by language. */
  readonly starters: Readonly<Record<string, readonly string[]>>;
}

export interface Configuration {
  readonly clinic: string;
  readonly phone: string;
  /** In characters. */
  readonly longest_text: number;
  readonly languages: readonly string[];
  readonly strings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pages: Readonly<Record<string, PageConfiguration>>;
}

/**
 * The configuration that the gateway put into this file when it served it.
 *
 * @throws SyntaxError when the file was not served by the gateway.
 */
export function injectedConfiguration(): Configuration {
  return JSON.parse("@@CONFIGURATION@@") as Configuration;
}

/** Questions to begin with on a page, or on the first one where it is not known. */
export function startersOn(page: string | null, configuration: Configuration, language: string): readonly string[] {
  const { pages } = configuration;
  const starters = (pages[page ?? ""] ?? Object.values(pages)[0])?.starters;
  return starters?.[language] ?? starters?.en ?? [];
}
