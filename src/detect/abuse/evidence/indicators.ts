import { hash } from '../../../model/hash.ts';
import { repositoryOf } from '../../../model/podSpec.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Signatures } from '../thresholds.ts';

/** What image, names and spec give away. Names of indicators only: never the text that matched. */
export interface Indicators {
  readonly strong: readonly string[];
  readonly weak: readonly string[];
  /** The part of Kubernetes whose name it bears without coming from its registry. */
  readonly disguise: string | null;
  readonly isSpecKnown: boolean;
}

export const NO_INDICATORS: Indicators = {
  strong: [],
  weak: [],
  disguise: null,
  isSpecKnown: false,
};

/** Longer texts are cut: what hides behind four thousand characters is not worth the time. */
const MAX_TEXT = 4_096;

/** @param seen hashes of the signatures that its alarm has seen before, which are found again. */
export type SignatureMatcher = (subject: Subject, seen: readonly number[]) => Indicators;

const matchers = new WeakMap<Signatures, SignatureMatcher>();

/** The matcher of these lists: patterns are compiled once per reload. */
export function matcherOf(signatures: Signatures): SignatureMatcher {
  const known = matchers.get(signatures) ?? compiled(signatures);
  matchers.set(signatures, known);
  return known;
}

function compiled(signatures: Signatures): SignatureMatcher {
  const patterns = signatures.patterns.map((entry) => ({
    ...entry,
    regex: new RegExp(entry.match, 'i'),
  }));
  return (subject, seen) => {
    const first = subject.members[0];
    const spec = first?.pod.spec ?? null;
    const container = spec?.containers.find(({ name }) => name === first?.container.name) ?? null;
    const found = new Map<string, 'strong' | 'weak'>();
    const look = (place: 'image' | 'name' | 'command' | 'env', text: string): void => {
      for (const { name, strength, where, regex } of patterns)
        if (
          where.includes(place) &&
          found.get(name) !== 'strong' &&
          regex.test(text.slice(0, MAX_TEXT))
        )
          found.set(name, strength);
    };
    for (const { name } of patterns) if (seen.includes(hash(name))) found.set(name, 'strong');
    if (subject.image !== null) look('image', subject.image);
    for (const name of [subject.workload?.name, first?.container.name])
      if (name !== undefined) look('name', name);
    if (container !== null) {
      look('command', [...container.command, ...container.args].join(' '));
      for (const { name, value } of container.env) look('env', `${name}=${value ?? ''}`);
      if (container.ports.some((port) => signatures.ports.includes(port)))
        found.set('a pool port', 'weak');
    }
    const names = [...found.keys()].sort();
    return {
      strong: names.filter((name) => found.get(name) === 'strong'),
      weak: names.filter((name) => found.get(name) === 'weak'),
      disguise: disguiseOf(subject, signatures),
      isSpecKnown: spec !== null,
    };
  };
}

function disguiseOf(
  { image, workload }: Subject,
  { systemNames, systemRegistries }: Signatures,
): string | null {
  if (image === null) return null;
  const repository = repositoryOf(image);
  if (systemRegistries.some((prefix) => repository.startsWith(prefix))) return null;
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  return systemNames.find((name) => last === name || workload?.name === name) ?? null;
}
