import type { DataProblem } from '../../model/snapshot.ts';
import { formatTime, SECOND_MS, type TimeMs } from '../../model/time.ts';
import { ApiFailure, isOfWholeServer } from '../kubernetes/api/apiFailure.ts';
import { resourceName, type ResourceKind } from '../kubernetes/resources.ts';

/** The failure that every one of so many resources shares; null where they differ or some answered. */
export function sameFailure(
  failures: ReadonlyMap<ResourceKind, ApiFailure>,
  asked: number,
): ApiFailure | null {
  if (failures.size < asked) return null;
  const [first, ...rest] = failures.values();
  if (first === undefined || !isOfWholeServer(first)) return null;
  return rest.every(({ code }) => code === first.code) ? first : null;
}

/** What a later cycle may mend by itself: until then the last answer stands. */
export function isPassingFailure({ code }: ApiFailure): boolean {
  return code !== 'forbidden' && code !== 'absent' && code !== 'not-configured';
}

/** A cluster without a custom resource, or too old for a kind, has none of it: that is known. */
export function isOrdinaryAbsence(resource: ResourceKind, { code }: ApiFailure): boolean {
  return code === 'absent' && resource.kind !== 'Pod';
}

/** What is said of one resource; `heldSince` is when what still stands of it was read. */
export function problemOf(
  resource: ResourceKind,
  { code, message }: ApiFailure,
  label: string,
  heldSince: TimeMs | null,
): DataProblem {
  const name = resourceName(resource);
  const rest =
    heldSince === null
      ? `without them ${resource.without}`
      : `what was read at ${formatTime(heldSince)} still stands`;
  if (code === 'forbidden') {
    const cure = `grant "list" on ${name} to Burnwatch`;
    return {
      code: 'resource-absent',
      subject: name,
      text: `${label} does not let ${name} be listed (${message}), and ${rest}; ${cure}`,
    };
  }
  return {
    code: 'source-unavailable',
    subject: name,
    text: `${name} could not be listed: ${label}: ${message}; ${rest}`,
  };
}

/** What is said once where the whole server fails. */
export function serverProblem({ code, message }: ApiFailure, label: string): DataProblem {
  const what = code === 'not-configured' ? message : `${label}: ${message}`;
  return {
    code: 'source-unavailable',
    subject: 'kubernetes',
    text: `${what}. Until then specifications of new pods, owners named in labels and what metrics do not tell of autoscalers and quotas are unknown; usage and cost are not`,
  };
}

/** For a list that the deadline of all lists ended. */
export function tooSlow(ms: number): ApiFailure {
  return new ApiFailure('timeout', `all lists together took longer than ${ms / SECOND_MS} s`);
}
