export type Theme = "light" | "dark";

/** Light or dark, as the system says. */
export class SystemTheme {
  private readonly query = matchMedia("(prefers-color-scheme: dark)");

  constructor(private readonly changed: () => void) {}

  follow(): void {
    this.query.addEventListener("change", this.changed);
  }

  leave(): void {
    this.query.removeEventListener("change", this.changed);
  }

  /** `asked`: the element's attribute; anything but a theme's name leaves it to the system. */
  resolve(asked: string | null): Theme {
    if (asked === "light" || asked === "dark") return asked;
    return this.query.matches ? "dark" : "light";
  }
}
