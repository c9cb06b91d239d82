import type { Context } from 'hono';
import { ownValue } from '../../model/ownValue.ts';
import { parseTime } from '../../model/period.ts';
import { DAY_MS, HOUR_MS, type Span } from '../../model/time.ts';
import type { Assets } from '../assets/assets.ts';
import type { ServeConfig } from '../config.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import type { AnswerCache } from '../questions/answerCache.ts';
import type { ServerEnv } from '../security/access.ts';
import {
  maySee,
  visibleNamespaces,
  type AccessScope,
  type Principal,
  seenOf,
} from '../security/principal.ts';
import { LocalClock } from './clock.ts';
import type { Html } from './html.ts';
import { askerOf, type Asker } from '../changes.ts';

/** A page, or a form that one of them sends. All of them are in the list of `pages.ts`. */
export type PageRoute = ShownPage | SentForm;

interface Route {
  /** With `:name` for a part that varies. */
  readonly path: string;
  readonly scope: AccessScope;
}

export interface ShownPage extends Route {
  /** Its name in the navigation; pages without one are reached by links. */
  readonly nav?: string;
  /** Path of the page of the navigation under which it is found; by default one that its own path continues. */
  readonly under?: string;
  /** Only for principals that see every namespace. */
  readonly isWholeCluster?: boolean;
  /** False leaves it out of the navigation; the default is true. */
  isListed?(config: ServeConfig): boolean;
  show(request: PageRequest): Promise<Html>;
}

export interface SentForm extends Route {
  /** Does what the form asks for. @returns the page to show next */
  submit(request: PageRequest): Promise<string>;
}

export interface PageRequest {
  readonly page: PageContext;
  readonly principal: Principal;
  /** The principal, and where it asks from. */
  readonly asker: Asker;
  readonly deps: ServeDeps;
  /** The varying parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The same with all values of a parameter that comes several times. */
  readonly queries: Readonly<Record<string, readonly string[]>>;
  /** The fields of the form. @throws HttpProblem 415 */
  form(): Promise<Form>;
  /** Parts of pages that are the same for many requests. */
  readonly kept: AnswerCache;
}

/** What every page needs: who looks, in which time zone, and how to write a form. */
export interface PageContext {
  readonly principal: Principal;
  /** The namespaces that the principal may see; null for all. */
  readonly namespaces: readonly string[] | null;
  /** Goes into every form; null where there is no session to protect. */
  readonly csrfToken: string | null;
  readonly clock: LocalClock;
  readonly cluster: string;
  /** All that the principal may choose from. */
  readonly clusters: readonly string[];
  readonly currency: string;
  readonly assets: Assets;
  /** The navigation. */
  readonly sections: readonly ShownPage[];
  /** Path of this page, without its query. */
  readonly path: string;
  /** Path of the navigation's entry that this page is or is under; null for none. */
  readonly section: string | null;
  readonly now: number;
  /** Stands at the top: what came of the last form. */
  readonly notice: string | null;
}

/** What all requests share. */
export interface PageShares {
  readonly deps: ServeDeps;
  readonly assets: Assets;
  readonly sections: readonly ShownPage[];
  readonly kept: AnswerCache;
}

export function pageRequest(
  context: Context<ServerEnv>,
  route: PageRoute,
  shares: PageShares,
): PageRequest {
  const { deps, assets, sections, kept } = shares;
  const { cluster, pricing, schedule } = deps.config();
  const { principal, session } = context.var;
  const now = deps.now();
  const page = {
    principal,
    namespaces: visibleNamespaces(principal),
    csrfToken: session?.csrfToken ?? null,
    clock: new LocalClock(schedule.timezone, now),
    cluster,
    clusters: seenOf(principal, deps.clusters ?? []),
    currency: pricing.currency,
    assets,
    sections: sections.filter(
      (one) =>
        (one.isWholeCluster !== true || principal.namespaces === null) &&
        (one.isListed?.(deps.config()) ?? true),
    ),
    path: context.req.path,
    section: sectionOf(route, sections),
    now,
    notice: ownValue(NOTICES, context.req.query('done') ?? '') ?? null,
  };
  const { req } = context;
  const form = () => formOf(context);
  const asked = { params: req.param(), query: req.query(), queries: req.queries() };
  return { page, principal, asker: askerOf(context, 'page', deps), deps, ...asked, form, kept };
}

function sectionOf(route: PageRoute, sections: readonly ShownPage[]): string | null {
  if ('under' in route) return route.under ?? null;
  const above = sections.filter(
    ({ path }) => route.path === path || (path !== '/' && route.path.startsWith(`${path}/`)),
  );
  return above[0]?.path ?? null;
}

/** The notices that an address may ask for: never a text of the address itself. */
const NOTICES: Readonly<Record<string, string>> = {
  acknowledge: 'Acknowledged. The finding stays open; reminders stop.',
  accept: 'Accepted until the review date.',
  'not-abuse': 'Marked as not abuse. The finding opens again on the review date.',
  reopen: 'Open again.',
  silence: 'Silenced.',
  plan: 'Planned. Other people must approve it.',
  approve: 'Approved.',
  undo: 'It is taken back.',
  expire: 'The silence has ended.',
  event: 'Announced: the next window knows of it.',
  'event-removed': 'The event is withdrawn.',
  bulk: 'The selected findings are acknowledged.',
};

/** The namespace of an address. @throws HttpProblem 404 where it is unknown or the principal may not see it */
export async function namespaceOf({ params, principal, deps }: PageRequest): Promise<string> {
  const namespace = params['namespace'] ?? '';
  const isVisible = maySee(principal, namespace);
  if (!isVisible || !(await deps.reader.namespaces()).includes(namespace))
    throw new HttpProblem(404, 'There is no such namespace');
  return namespace;
}

/** The span in an address (`from`, `to`: RFC 3339 or milliseconds); null where there is none that makes sense. */
export function requestedSpan({ query }: PageRequest): Span | null {
  const from = timeOf(query['from']);
  const to = timeOf(query['to']);
  return from === null || to === null || from >= to ? null : { from, to };
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^\d{12,14}$/.test(text) ? Number(text) : parseTime(text);
}

export type Form = Readonly<Record<string, unknown>>;

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The fields of a form as our pages send it; a field that comes several times is a list. @throws HttpProblem 415 */
export async function formOf({ req }: Context<ServerEnv>): Promise<Form> {
  const type = req.header('content-type') ?? FORM_TYPE;
  if (!type.toLowerCase().startsWith(FORM_TYPE))
    throw new HttpProblem(415, `A form must be ${FORM_TYPE}`);
  return req.parseBody({ all: true });
}

/** The values of parameters, without empty ones: a form sends each of its fields. */
export function textsIn(
  queries: Readonly<Record<string, readonly string[]>>,
): (name: string) => readonly string[] {
  return (name) => (ownValue(queries, name) ?? []).filter((text) => text.trim() !== '');
}

/** A field's text; empty where it is missing, or several, or a file. */
export function queryText(form: Form, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value : '';
}

/** Every text of a field that may come several times. */
export function textsOf(form: Form, name: string): readonly string[] {
  const value = form[name];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === 'string');
}

/** The duration of a form (`4h`, `30d`) in its field `for`; null where none was chosen. @throws HttpProblem 400 */
export function durationOf(form: Form): number | null {
  const text = queryText(form, 'for');
  if (text === '') return null;
  const match = /^(\d{1,4})([hd])$/.exec(text);
  if (match === null) throw new HttpProblem(400, 'Give a duration such as 24h or 7d');
  return Number(match[1]) * (match[2] === 'h' ? HOUR_MS : DAY_MS);
}
