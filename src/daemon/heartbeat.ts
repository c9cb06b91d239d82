import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorCode } from '../channels/http.ts';
import { SECOND_MS, type TimeMs } from '../model/time.ts';
import type { HeartbeatConfig } from '../notify/config.ts';
import type { Metrics } from '../serve/metrics.ts';

/** A catch-up seals many windows a minute; monitors limit how often they are called. */
const MIN_GAP_MS = 30 * SECOND_MS;
const TIMEOUT_MS = 10 * SECOND_MS;
/** Before the second attempt and the third. */
const PAUSES_MS = [SECOND_MS, 5 * SECOND_MS];

export interface HeartbeatParts {
  config(): { readonly heartbeat?: HeartbeatConfig | undefined };
  readonly metrics: Pick<Metrics, 'heartbeats'>;
  readonly log: Pick<Logger, 'warn'>;
  now(): TimeMs;
  /** For tests: waits this long between attempts. */
  readonly pausesMs?: readonly number[];
}

/**
 * A dead man's switch: calls an outside monitor while windows are being sealed. The monitor raises an alarm when no call
 * comes, whatever the reason.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #stop = new AbortController();
  #last = -Infinity;
  #sending: Promise<void> = Promise.resolve();
  #fails = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Windows were sealed. */
  beat(): void {
    const { config, now } = this.#parts;
    const { heartbeat } = config();
    // A clock that is set back must not silence it.
    const isSoon = Math.abs(now() - this.#last) < MIN_GAP_MS;
    if (heartbeat?.url === undefined || isSoon || this.#stop.signal.aborted) return;
    this.#last = now();
    const { url } = heartbeat;
    this.#sending = this.#send({ ...heartbeat, url });
  }

  /** Ends an attempt under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #send(target: HeartbeatConfig & { readonly url: string }): Promise<void> {
    const { metrics, log, pausesMs = PAUSES_MS } = this.#parts;
    const { signal } = this.#stop;
    let reason: string | null = null;
    for (const wait of [0, ...pausesMs]) {
      try {
        if (wait > 0) await pause(wait, undefined, { signal });
        reason = await tell(target, signal);
      } catch (error) {
        if (signal.aborted) return;
        reason = errorCode(error);
      }
      if (reason === null) break;
    }
    metrics.heartbeats.inc({ result: reason === null ? 'ok' : 'failed' });
    if (reason !== null && !this.#fails) log.warn({ reason }, 'The heartbeat could not be sent');
    this.#fails = reason !== null;
  }
}

/** Why it was not taken; null when it was. No redirect is followed: the address is a secret. */
async function tell(
  { url, method, headers }: HeartbeatConfig & { readonly url: string },
  signal: AbortSignal,
): Promise<string | null> {
  const response = await fetch(url, {
    method,
    headers: { 'user-agent': 'burnwatch', ...headers },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await response.body?.cancel();
  return response.ok ? null : `http_${response.status}`;
}
