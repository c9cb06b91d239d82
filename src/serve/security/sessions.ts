import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Principal } from './principal.ts';

/** A browser stays logged in for a working day. */
export const SESSION_MS = 12 * HOUR_MS;
/** More sessions than people; beyond it the one unused for longest is let go. */
const MAX_SESSIONS = 1_000;

export interface Session {
  readonly id: string;
  /** Who the person is now: they may have lost a right, or their token; null ends the session. */
  readonly principal: () => Promise<Principal | null>;
  /** Must come back with every form, so that another site cannot post one. */
  readonly csrfToken: string;
  readonly expires: TimeMs;
}

/**
 * Sessions of browsers, in memory: a restart ends every session, and nothing secret is on a disk. The
 * cookie holds 256 random bits and nothing else.
 */
export class Sessions {
  readonly #sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });
  readonly #now: () => TimeMs;
  readonly #isHttps: () => boolean;

  constructor(now: () => TimeMs, isHttps: () => boolean = () => false) {
    this.#now = now;
    this.#isHttps = isHttps;
  }

  /** By https browsers take the cookie from this host alone (`__Host-`), and send it by https alone. */
  get cookie(): { readonly name: string; readonly prefix?: 'host'; readonly secure: boolean } {
    const secure = this.#isHttps();
    return { name: 'burnwatch_session', secure, ...(secure ? { prefix: 'host' as const } : {}) };
  }

  /**
   * Starts a session; the value for the cookie.
   * @param principal is asked at every request
   */
  start(principal: () => Promise<Principal | null>): string {
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(id, {
      id,
      principal: async () => {
        const known = await principal();
        return known && { ...known, via: 'session' };
      },
      csrfToken: randomBytes(32).toString('base64url'),
      expires: this.#now() + SESSION_MS,
    });
    return id;
  }

  find(id: string): Session | null {
    const session = this.#sessions.get(id);
    if (session === undefined) return null;
    if (session.expires > this.#now()) return session;
    this.#sessions.delete(id);
    return null;
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }
}
