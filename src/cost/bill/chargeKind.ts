import type { Charge } from './readFocus.ts';

/** What a charge is for; `other` is nothing that runs in a cluster. */
export type ChargeKind =
  'compute' | 'storage' | 'load-balancer' | 'network' | 'control-plane' | 'tax' | 'other';

/**
 * How providers name what a cluster uses, in resource identifiers, resource types and service names. A load balancer is
 * billed as networking, a disk now as storage and now as compute: what names it comes before its category.
 */
const NAMED: readonly (readonly [ChargeKind, RegExp])[] = [
  ['load-balancer', /load[ _-]?balanc|forwarding-?rules?\b/i],
  [
    'control-plane',
    /:eks:[^:]*:\d*:cluster\/|\/clusters\/[^/]+$|managedclusters\/|^ocid1\.cluster\.|cluster management fee/i,
  ],
  [
    'storage',
    /:volume\/|^vol-|^ocid1\.(boot)?volume\.|\/disks\/|microsoft\.compute\/disks|elastic block store|\bebs\b|persistent ?disk|managed disks|block volume|filestore|elastic file system/i,
  ],
];

/** Words of FOCUS's service categories, as they are written or as part of a taxonomy. */
const CATEGORIES: readonly (readonly [ChargeKind, RegExp])[] = [
  ['compute', /\bcompute\b|\bcontainers?\b|\bkubernetes\b/i],
  ['storage', /\bstorage\b/i],
  ['network', /\bnetwork(ing)?\b/i],
];

export function chargeKind(charge: Charge): ChargeKind {
  if (charge.category === 'tax') return 'tax';
  const names = [charge.resourceId ?? '', charge.resourceType, charge.serviceName];
  const named = NAMED.find(([, pattern]) => names.some((name) => pattern.test(name)));
  if (named !== undefined) return named[0];
  if (charge.serviceCategory === '') return 'compute';
  return CATEGORIES.find(([, words]) => words.test(charge.serviceCategory))?.[0] ?? 'other';
}
