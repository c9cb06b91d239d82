import { ChangeRefused, type Actor } from '../../detect/findings/decideFinding.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { AuditLog } from '../../store/auditLog.ts';
import { formatMatcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';

/** In force at once by one author: each is tried on every finding. */
const MAX_BY_ONE_AUTHOR = 100;

/** The longest silence. */
const LONGEST_MS = 366 * DAY_MS;

export interface SilenceStores<S extends keyof SilenceStore> {
  readonly silences: Pick<SilenceStore, S>;
  readonly audit: Pick<AuditLog, 'append'>;
}

/**
 * Records a silence in the audit log and puts it into force. Callers check first whether the actor may add it.
 *
 * @returns false when the same `once` was recorded before; nothing changes then.
 * @throws ChangeRefused when it is too long, or its author has too many.
 */
export async function addSilence(
  silence: Silence,
  actor: Actor,
  { silences, audit }: SilenceStores<'add' | 'list'>,
): Promise<boolean> {
  const { author, createdAt, endsAt } = silence;
  if (endsAt > createdAt + LONGEST_MS)
    throw new ChangeRefused('invalid', 'A silence may last a year at most');
  const own = (await silences.list(createdAt)).filter((one) => one.author === author);
  if (own.length >= MAX_BY_ONE_AUTHOR)
    throw new ChangeRefused(
      'conflict',
      `"${author}" has ${MAX_BY_ONE_AUTHOR} silences in force: end some of them first`,
    );
  if (!(await record('silence.add', silence, actor, audit, createdAt))) return false;
  await silences.add(silence);
  return true;
}

/** Ends a silence now, and records that. @throws ChangeRefused when it is not in force any more. */
export async function endSilence(
  silence: Silence,
  actor: Actor,
  { silences, audit }: SilenceStores<'expire'>,
  now: TimeMs,
): Promise<Silence> {
  if (!(await silences.expire(silence.id, now)))
    throw new ChangeRefused('not-found', `There is no silence ${silence.id} in force`);
  await record('silence.expire', silence, actor, audit, now);
  return { ...silence, endsAt: now };
}

async function record(
  action: 'silence.add' | 'silence.expire',
  { id, matchers, endsAt, reason }: Silence,
  actor: Actor,
  audit: Pick<AuditLog, 'append'>,
  now: TimeMs,
): Promise<boolean> {
  const namespace = matchers.find(
    ({ label, operator }) => label === 'namespace' && operator === '=',
  );
  const seq = await audit.append({
    ...actor,
    at: now,
    action,
    subject: id,
    namespace: namespace?.value ?? null,
    detail: { matchers: matchers.map(formatMatcher).join(', '), endsAt, reason },
  });
  return seq !== null;
}
