import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cleanText } from '../../model/text/clean.ts';
import type { Severity } from '../../model/finding.ts';
import type { Signal, SignalTarget } from '../../model/signal.ts';
import { NO_ACTOR, NO_TARGET } from '../../model/signal.ts';
import { DAY_MS, formatTime, MINUTE_MS, type TimeMs } from '../../model/time.ts';

/** An event that is not read, and why; nothing of its request is kept. */
export class SignalRefused extends Error {
  override readonly name = 'SignalRefused';
}

/** What a tool's body is read with. */
export interface SignalContext {
  /** Wall clock. */
  readonly now: TimeMs;
  readonly windowMs: number;
}

/** Reads a body that was parsed from JSON. @throws SignalRefused */
export type SignalReader = (body: unknown, context: SignalContext) => readonly Signal[];

/** Events of one request, at most. */
export const MAX_EVENTS = 1_000;
const MAX_TEXT = 600;
const MAX_NAME = 253;
/** An event that is older says nothing of now; one from the future has a wrong clock. */
const OLDEST_MS = DAY_MS;
const AHEAD_MS = 5 * MINUTE_MS;

/** A text of some length, on one line and with nothing hidden in it. */
export const longText = z
  .string()
  .transform((text) => cleanText(text.slice(0, 4 * MAX_TEXT)).slice(0, MAX_TEXT));

/** A name: null where it is empty or not there. */
export const name = z
  .string()
  .nullish()
  .transform((text) => nameOf(text));

export function nameOf(text: string | null | undefined): string | null {
  const clean = cleanText((text ?? '').slice(0, 4 * MAX_NAME)).slice(0, MAX_NAME);
  // Falco writes what it does not know as <NA>.
  return clean === '' || clean === '<NA>' ? null : clean;
}

/** An instant in RFC 3339 with any fraction, or a number of milliseconds. */
export const instant = z.union([z.string().max(64), z.number()]).transform((value, context) => {
  const ms = typeof value === 'number' ? value : Date.parse(value);
  if (Number.isFinite(ms)) return Math.floor(ms);
  context.addIssue({ code: 'custom', message: 'is no time' });
  return z.NEVER;
});

/** @throws SignalRefused for an event from the future or from long ago */
export function requireRecent(at: TimeMs, { now }: SignalContext): TimeMs {
  if (at > now + AHEAD_MS)
    throw new SignalRefused(`${timeText(at)} is in the future: check the clock of the sender`);
  if (at < now - OLDEST_MS)
    throw new SignalRefused(`${timeText(at)} is more than a day ago: too late to be joined`);
  return at;
}

function timeText(at: TimeMs): string {
  return Math.abs(at) < 8.64e15 ? formatTime(at) : String(at);
}

/** Reads a value by its schema. @throws SignalRefused naming the first fields that are wrong */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the body'}: ${message}`);
  throw new SignalRefused(`This is no ${what}: ${problems.join('; ')}`);
}

/** One event, or a list of them. @throws SignalRefused where there are too many */
export function eventsOf(body: unknown, most = MAX_EVENTS): readonly unknown[] {
  const events: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (events.length > most)
    throw new SignalRefused(`${events.length} events at once: send at most ${most}`);
  return events;
}

/** An id of the tool's own, or one made of what tells the event apart. */
export function idOf(
  source: Signal['source'],
  own: string | null,
  ...parts: readonly unknown[]
): string {
  if (own !== null && parts.length === 0) return `${source}:${own}`;
  const digest = createHash('sha256').update(JSON.stringify([own, ...parts]));
  return `${source}:${digest.digest('base64url').slice(0, 32)}`;
}

type Needed = 'id' | 'source' | 'class' | 'rule' | 'severity' | 'at' | 'text';

/** Facts by name; null where the tool does not know one. */
export type SignalFacts = Readonly<Record<string, string | null>>;

/** A signal with what its tool knows; all else is unknown. */
export function signalOf({
  target = {},
  facts = {},
  ...known
}: Pick<Signal, Needed> &
  Partial<Pick<Signal, 'count' | 'actor' | 'isWithdrawn'>> & {
    readonly target?: Partial<SignalTarget>;
    readonly facts?: SignalFacts;
  }): Signal {
  const knownFacts = Object.entries(facts).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return {
    count: 1,
    actor: NO_ACTOR,
    facts: Object.fromEntries(knownFacts),
    ...known,
    target: { ...NO_TARGET, ...target },
  };
}

/** What a tool takes back: told in the text, and apart from what it reported by its id. */
export function withdrawn(signal: Signal): Signal {
  return {
    ...signal,
    id: `${signal.id}:withdrawn`,
    severity: 'info',
    text: `Withdrawn: ${signal.text}`,
    isWithdrawn: true,
  };
}

/** `nginx:1.16` of a repository and a tag, as far as they are known. */
export function imageOf(repository: string | null, tag: string | null): string | null {
  return repository === null || tag === null ? repository : `${repository}:${tag}`;
}

/** The severity of a tool's word for it; a warning where the word is unknown. */
export function severityOf(word: string | null | undefined): Severity {
  const text = (word ?? '').toLowerCase();
  if (/^(emergency|alert|critical|fatal|very.?high|high|page)$/.test(text)) return 'critical';
  if (/^(info|informational|information|low|debug|none|negligible|unknown|notice)$/.test(text))
    return 'info';
  return 'warning';
}
