import { render, type TemplateResult } from "lit/html.js";

/**
 * A custom element whose open shadow root is drawn by Lit's templates, once for however many changes
 * came before. Lit's own base class does more than one element needs, at a tenth of the budget.
 */
export abstract class DrawnElement extends HTMLElement {
  protected readonly root = this.attachShadow({ mode: "open" });
  private drawing: Promise<void> | null = null;

  /** Draw soon. The promise is kept when what changed until now can be seen. */
  protected redraw(): Promise<void> {
    this.drawing ??= Promise.resolve().then(() => {
      this.drawing = null;
      if (!this.isConnected) return;
      render(this.template(), this.root);
      this.drawn();
    });
    return this.drawing;
  }

  protected abstract template(): TemplateResult;

  /** What follows from what is shown now. */
  protected abstract drawn(): void;
}
