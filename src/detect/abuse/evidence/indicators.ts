import { hash } from '../../../model/hash.ts';
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

type Pattern = Signatures['patterns'][number] & { readonly regex: RegExp };

const compiled = new WeakMap<Signatures, readonly Pattern[]>();

/** Patterns are compiled once per reload. */
function patternsOf(signatures: Signatures): readonly Pattern[] {
  const known =
    compiled.get(signatures) ??
    signatures.patterns.map((one) => ({ ...one, regex: new RegExp(one.match, 'i') }));
  compiled.set(signatures, known);
  return known;
}

/** @param seen hashes of the signatures that its alarm has seen before, which are found again. */
export function indicatorsOf(
  subject: Subject,
  seen: readonly number[],
  signatures: Signatures,
): Indicators {
  const first = subject.members[0];
  const spec = first?.pod.spec ?? null;
  const container = spec?.containers.find(({ name }) => name === first?.container.name);
  const { command = [], args = [], env = [], ports = [] } = container ?? {};
  const texts = [
    ['image', subject.image ?? ''],
    ['name', subject.workload?.name ?? ''],
    ['name', first?.container.name ?? ''],
    ['command', [...command, ...args].join(' ')],
    ...env.map(({ name, value }) => ['env', `${name}=${value ?? ''}`] as const),
  ] as const;
  const isFound = ({ where, regex }: Pattern): boolean =>
    texts.some(([place, text]) => where.includes(place) && regex.test(text.slice(0, MAX_TEXT)));
  const named = (strength: Pattern['strength']): readonly string[] =>
    patternsOf(signatures)
      .filter((one) => one.strength === strength && isFound(one))
      .map(({ name }) => name);
  const again = signatures.patterns.filter(({ name }) => seen.includes(hash(name)));
  const strong = new Set([...named('strong'), ...again.map(({ name }) => name)]);
  const isPool = ports.some((port) => signatures.ports.includes(port));
  const weak = new Set([...named('weak'), ...(isPool ? ['a pool port'] : [])]);
  return {
    strong: [...strong].sort(),
    weak: [...weak].filter((name) => !strong.has(name)).sort(),
    disguise: disguiseOf(subject, signatures),
    isSpecKnown: spec !== null,
  };
}

function disguiseOf({ repository, workload }: Subject, signatures: Signatures): string | null {
  const { systemNames, systemRegistries } = signatures;
  if (repository === null) return null;
  if (systemRegistries.some((prefix) => repository.startsWith(prefix))) return null;
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  return systemNames.find((name) => last === name || workload?.name === name) ?? null;
}
