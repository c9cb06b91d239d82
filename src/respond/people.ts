import type { Party } from '../store/responses.ts';
import type { Approver } from './config.ts';

/** An identity that an interface has verified. */
export interface Identity {
  /** As in the audit log. */
  readonly who: string;
  readonly via: Party['via'];
  readonly from: string;
  /** What `response.approvers` names the person by; null for identities that prove nothing. */
  readonly proof: { readonly kind: 'slack' | 'token' | 'user'; readonly id: string } | null;
}

/** Finds the person behind an identity: a token and a Slack user may be of one person. */
export function partyOf(
  { who, via, from, proof }: Identity,
  approvers: readonly Approver[],
): Party {
  const found = proof === null ? undefined : approvers.find((one) => one[proof.kind] === proof.id);
  return { who, via, from, person: found?.name ?? null };
}

/**
 * The one who asks. An identity that is in no entry counts as the approver of that name or identity: an operating system
 * user `ana` is taken for ana, who therefore cannot approve. It never makes an approver of anyone.
 */
export function requesterOf(identity: Identity, approvers: readonly Approver[]): Party {
  const party = partyOf(identity, approvers);
  if (party.person !== null || identity.proof === null) return party;
  // A person who logs in elsewhere is the approver of the same name, too.
  const id = identity.proof.id.toLowerCase().replace(/^(?:oidc|kubernetes):/, '');
  const namesake = approvers.find(({ name, slack, token, user }) =>
    [name, slack, token, user].some((one) => one?.toLowerCase() === id),
  );
  return { ...party, person: namesake?.name ?? null };
}

/** True where both are the same identity or the same person. */
export function isSameParty(a: Party, b: Party): boolean {
  return (a.person !== null && a.person === b.person) || (a.who === b.who && a.via === b.via);
}

/** `ana (token ana-token)`, or the identity alone. */
export function partyName({ who, person }: Pick<Party, 'who' | 'person'>): string {
  return person === null || person === who ? who : `${person} (${who})`;
}
