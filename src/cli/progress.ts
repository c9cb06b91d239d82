import type { CycleProgress } from '../cycle/catchUp.ts';
import { formatTime, SECOND_MS, type TimeMs } from '../model/time.ts';
import { formatDuration } from '../model/text/units.ts';
import type { Io } from './io.ts';

const BAR_WIDTH = 28;
/** Where lines cannot be redrawn, one is printed this often. */
const LINE_EVERY_MS = 10 * SECOND_MS;

/** Shows how far a backfill is: a bar that redraws itself on a terminal, a line now and then elsewhere. */
export class ProgressDisplay {
  readonly #io: Io;
  readonly #startedAt: TimeMs;
  #printedAt = 0;
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
    this.#startedAt = io.now();
  }

  show(progress: CycleProgress): void {
    const text = this.#describe(progress);
    if (this.#io.isTerminal) {
      const done = Math.round((BAR_WIDTH * progress.sealed) / Math.max(1, progress.planned));
      const bar = '#'.repeat(done).padEnd(BAR_WIDTH, '-');
      this.#io.err(`\r[${bar}] ${text}\u001B[K`);
      this.#drawn = true;
      return;
    }
    const now = this.#io.now();
    const isLast = progress.sealed === progress.planned;
    if (!isLast && now - this.#printedAt < LINE_EVERY_MS) return;
    this.#printedAt = now;
    this.#io.err(`${text}\n`);
  }

  /** Leaves the bar as it stands and goes to the next line. */
  end(): void {
    if (this.#drawn) this.#io.err('\n');
    this.#drawn = false;
  }

  #describe({ sealed, planned, lastWindow, containers, findings }: CycleProgress): string {
    const percent = Math.floor((100 * sealed) / Math.max(1, planned));
    const elapsed = this.#io.now() - this.#startedAt;
    const left = sealed === 0 ? 0 : (elapsed / sealed) * (planned - sealed);
    const until = left < SECOND_MS ? '' : `, about ${formatDuration(left)} left`;
    return `${percent}% ${sealed}/${planned} windows, up to ${formatTime(lastWindow.end)}, ${containers} containers, ${findings} open findings${until}`;
  }
}
