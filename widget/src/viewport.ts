/**
 * Tells the styles how much of the window a phone's keyboard leaves: `--visible-height` and
 * `--visible-top`. By a style sheet of its own, as a strict policy forbids style attributes.
 */
export class ViewportFit {
  readonly sheet = new CSSStyleSheet();
  private readonly fit = (): void => {
    const view = window.visualViewport;
    // Zoomed in by fingers, the panel stays as it is.
    if (view?.scale !== 1) return;
    this.sheet.replaceSync(
      `:host{--visible-height:${Math.round(view.height)}px;--visible-top:${Math.round(view.offsetTop)}px}`,
    );
    this.fitted();
  };

  /** `fitted` is called when less or more can be seen. */
  constructor(private readonly fitted: () => void) {}

  follow(): void {
    window.visualViewport?.addEventListener("resize", this.fit);
    window.visualViewport?.addEventListener("scroll", this.fit);
    this.fit();
  }

  leave(): void {
    window.visualViewport?.removeEventListener("resize", this.fit);
    window.visualViewport?.removeEventListener("scroll", this.fit);
  }
}
