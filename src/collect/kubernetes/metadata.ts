import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { holdsWholeObject } from '../labels.ts';
import type { RawMetadata, RawObject } from './rawObjects.ts';

/** An RFC 3339 time; null when there is none. */
export function parseTimestamp(text: string | undefined): TimeMs | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** The object's controller; null when nothing controls it. */
export function controllerOf(metadata: RawMetadata | undefined): WorkloadRef | null {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.kind === undefined || owner.name === undefined
    ? null
    : { kind: owner.kind, name: owner.name };
}

/** Labels, sorted by name. */
export function labelsOf(metadata: RawMetadata | undefined): Readonly<Record<string, string>> {
  return sorted(metadata?.labels);
}

/** Annotations, sorted by name, without the one in which kubectl keeps the whole object. */
export function annotationsOf(metadata: RawMetadata | undefined): Readonly<Record<string, string>> {
  return sorted(metadata?.annotations, holdsWholeObject);
}

const NOTHING: Readonly<Record<string, string>> = {};

function sorted(
  pairs: Readonly<Record<string, string>> | undefined,
  leaveOut: (name: string) => boolean = () => false,
): Readonly<Record<string, string>> {
  if (pairs === undefined) return NOTHING;
  const result: Record<string, string> = {};
  for (const name of Object.keys(pairs).sort()) {
    const value = pairs[name];
    if (typeof value === 'string' && !leaveOut(name)) result[name] = value;
  }
  return result;
}

/** Where an object is and what it is called. */
export function namedOf({ metadata }: RawObject): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' };
}

/** What the API server made an object's name from, without the hyphen at its end; null where the name was given whole. */
export function generatedFrom({ name = '', generateName = '' }: RawMetadata): string | null {
  const base = generateName.replace(/[-.]+$/, '');
  return base !== '' && name.startsWith(generateName) ? base : null;
}
