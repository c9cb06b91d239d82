/** What goes wrong at Slack, and for how many calls. */
export type SlackFault = {
  /** Only these methods (`chat.postMessage`, …); all by default. */
  readonly methods?: readonly string[];
  /** Only calls about this channel, as the caller named it. */
  readonly channel?: string;
  /** For so many calls; until it is cleared by default. */
  readonly times?: number;
} & (
  | { /** The connection breaks before anything was done. */ readonly kind: 'down' }
  | {
      /** Works late, and not at all when the caller has hung up by then. */
      readonly kind: 'slow';
      readonly ms: number;
    }
  | {
      /** Does what was asked, and answers late. */
      readonly kind: 'slow-answer';
      readonly ms: number;
    }
  | {
      /** A gateway's answer; nothing was done. */ readonly kind: 'status';
      readonly status: number;
    }
  | { /** 429 with `Retry-After`. */ readonly kind: 'rate-limited'; readonly seconds: number }
  | { /** `ok: false` with this code. */ readonly kind: 'error'; readonly code: string }
  | { /** Does what was asked, and then the connection breaks. */ readonly kind: 'lost-answer' }
  | {
      /** Does what was asked, and then a gateway says this. */ readonly kind: 'late-status';
      readonly status: number;
    }
);

interface Active {
  readonly fault: SlackFault;
  left: number;
}

/** Faults that are switched on; the first that fits a call is used. */
export class Faults {
  readonly #active: Active[] = [];

  /** Switches a fault on; returns what switches it off again. */
  add(fault: SlackFault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** Faults that wait for a call. */
  get waiting(): number {
    return this.#active.filter(({ left }) => left > 0).length;
  }

  clear(): void {
    this.#active.length = 0;
  }

  /** The fault for a call, which uses up one of its times; null when all is well. */
  take(method: string, channel: string | undefined): SlackFault | null {
    const entry = this.#active.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.methods?.includes(method) ?? true) &&
        (fault.channel === undefined || fault.channel === channel),
    );
    if (entry === undefined) return null;
    entry.left -= 1;
    return entry.fault;
  }
}
