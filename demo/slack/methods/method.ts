import type { SlackArgs } from '../calls.ts';
import type { Workspace } from '../workspace.ts';

/** What a method works on. */
export interface MethodContext {
  readonly workspace: Workspace;
  readonly args: SlackArgs;
  /** Scopes of the token that called. */
  readonly scopes: ReadonlySet<string>;
  /** Address of the stand-in itself. */
  readonly baseUrl: string;
  /** Opens one WebSocket connection. */
  socketUrl(): string;
}

/** One method of the Web API. */
export interface Method {
  /** Scopes of which the token must have all. */
  readonly scopes: readonly string[];
  /** Which kind of token may call it. */
  readonly token: 'bot' | 'app';
  /** Answers; what is returned is sent with `ok: true`. @throws SlackRefusal */
  run(context: MethodContext): Readonly<Record<string, unknown>>;
}
