import type { Context } from 'hono';
import type { ServeDeps } from '../deps.ts';
import type { Assets } from '../assets/assets.ts';
import type { DoorEnv } from '../security/access.ts';
import type { Principal } from '../security/principal.ts';
import { Clock } from './text.ts';
import { ownValue } from '../../model/ownValue.ts';

/** What every page needs: who looks, in which time zone, and how to write a form. */
export interface PageContext {
  readonly principal: Principal;
  /** Goes into every form; null where there is no session to protect. */
  readonly csrfToken: string | null;
  readonly clock: Clock;
  readonly cluster: string;
  readonly currency: string;
  readonly assets: Assets;
  /** Path and query of this page. */
  readonly path: string;
  readonly now: number;
  /** Said once at the top: what came of the last form. */
  readonly notice: string | null;
}

/** What every page needs to know of its request: who asks, what time it is there, what was just done. */
export function pageContext(
  context: Context<DoorEnv>,
  deps: ServeDeps,
  assets: Assets,
): PageContext {
  const { cluster, pricing, schedule } = deps.config();
  const url = new URL(context.req.url);
  const now = deps.now();
  return {
    principal: context.var.principal,
    csrfToken: context.var.session?.csrfToken ?? null,
    clock: new Clock(schedule.timezone, now),
    cluster,
    currency: pricing.currency,
    assets,
    path: url.pathname + url.search,
    now,
    notice: noticeOf(url.searchParams.get('done')),
  };
}

/** Only our own sentences: what stands in an address is anybody's text. */
const NOTICES: Readonly<Record<string, string>> = {
  acknowledge: 'Acknowledged. It stays open; reminders stop.',
  accept: 'Accepted until its day of review.',
  'not-abuse': 'Marked as not abuse. It comes back on its day of review.',
  reopen: 'Open again.',
  silence: 'Silenced.',
  expire: 'The silence has ended.',
  bulk: 'Done for the findings that you chose.',
};

function noticeOf(done: string | null): string | null {
  return done === null ? null : (ownValue(NOTICES, done) ?? null);
}
