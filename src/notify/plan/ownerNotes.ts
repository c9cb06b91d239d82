import type { Finding } from '../../model/finding.ts';
import { formatScope } from '../../model/text/format.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { hashId } from './deliveryId.ts';

/** An owner that cannot be reached, and how to repair that. */
export interface OwnerProblem {
  /** The same problem has the same key, whatever finding it shows at. */
  readonly key: string;
  /** One sentence: what is wrong. */
  readonly what: string;
  /** One sentence: how to repair it. */
  readonly cure: string;
}

/** The note about owners that cannot be reached, and what is remembered so that it is sent once. */
export interface OwnerNotes {
  readonly notes: readonly Delivery[];
  readonly saidOnce: readonly string[];
}

const MAX_LINES = 12;

/**
 * Says once, to the platform, which owners are missing or cannot be reached although a finding was
 * for them. Several at once are one note.
 */
export function ownerNotes(
  findings: readonly Finding[],
  problemOf: (finding: Finding) => OwnerProblem | null,
  platform: Receiver,
  saidOnce: ReadonlySet<string>,
): OwnerNotes {
  const problems = new Map<string, { problem: OwnerProblem; finding: Finding }>();
  for (const finding of findings) {
    const problem = problemOf(finding);
    if (problem === null) continue;
    const key = `owner/${problem.key}`;
    if (!saidOnce.has(key) && !problems.has(key)) problems.set(key, { problem, finding });
  }
  if (problems.size === 0) return { notes: [], saidOnce: [] };
  const keys = [...problems.keys()];
  const lines = [...problems.values()].map(
    ({ problem: { what, cure }, finding }) => `${formatScope(finding)}: ${what} ${cure}`,
  );
  const more = lines.length - MAX_LINES;
  const id = hashId(['owner-note', keys]);
  const note: Delivery = {
    id,
    receiver: platform,
    conversation: `note/owners/${id}`,
    priority: 0,
    createdAt: 0,
    notice: {
      kind: 'note',
      audience: 'platform',
      title:
        problems.size === 1
          ? 'An owner could not be notified'
          : `${problems.size} owners could not be notified`,
      lines: [
        ...lines.slice(0, MAX_LINES),
        ...(more > 0 ? [`and ${more} more`] : []),
        'Until then their messages go to this channel. Each owner is listed once.',
      ],
    },
  };
  return { notes: [note], saidOnce: keys };
}
