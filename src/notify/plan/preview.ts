import type { Finding } from '../../model/finding.ts';
import { receiverKey, type Receiver } from '../../store/notifications/receiver.ts';
import type { Route } from './routes.ts';

/** The first days after the install: the platform sees every message before other receivers get any. */
export interface Preview {
  readonly active: boolean;
  readonly platform: Receiver;
}

/**
 * In the preview everything goes to the platform channel, marked with its later receiver.
 * Security and pagers are the exception: only critical findings reach them, and a miner does not wait
 * for a preview to end.
 */
export function previewRoutes(
  finding: Finding,
  routes: readonly Route[],
  { active, platform }: Preview,
): readonly Route[] {
  if (!active) return routes;
  const kept: Route[] = [];
  const moved: string[] = [];
  for (const route of routes) {
    const isPlatform = receiverKey(route.receiver) === receiverKey(platform);
    const isUrgent = route.audience !== 'owner' && finding.severity === 'critical';
    if (isPlatform || isUrgent) kept.push(route);
    else moved.push(describe(route));
  }
  if (moved.length === 0) return kept;
  const insteadOf = [...new Set(moved)].sort().join(', ');
  const already = kept.some(({ receiver }) => receiverKey(receiver) === receiverKey(platform));
  return already ? kept : [...kept, { audience: 'platform', receiver: platform, insteadOf }];
}

function describe({ audience, receiver }: Route): string {
  const target = receiver.target === '' ? receiver.channel : receiver.target;
  return audience === 'owner' ? `the owner (${target})` : `${audience} (${target})`;
}
