/** How long to wait after a question for news that failed. */
const AFTER_FAILURE_SECONDS = 30;

/** Asks for news again and again, as often as the server says, while somebody can see the page. */
export class NewsWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;

  /**
   * @param ask asks once; the seconds until the next time, or null: never. It does not throw.
   */
  constructor(
    private readonly ask: () => Promise<number | null>,
    private readonly visible: () => boolean,
  ) {}

  /** Ask now, then go on. */
  start(): void {
    this.schedule(0);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private schedule(seconds: number): void {
    clearTimeout(this.timer);
    if (this.visible()) this.timer = setTimeout(() => void this.look(), seconds * 1_000);
  }

  private async look(): Promise<void> {
    if (this.asking || !this.visible()) return;
    this.asking = true;
    try {
      const seconds = await this.ask();
      if (seconds !== null) this.schedule(seconds);
    } finally {
      this.asking = false;
    }
  }
}

/** The seconds until the next question after one that failed. */
export function secondsAfterFailure(asked: number | null): number {
  return Math.max(AFTER_FAILURE_SECONDS, asked ?? 0);
}
