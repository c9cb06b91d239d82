import type { ContainerSpecFacts, PodSpecFacts } from '../../../model/podSpec.ts';
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
  readonly elevated: readonly string[];
  readonly isSpecKnown: boolean;
}

export const NO_INDICATORS: Indicators = {
  strong: [],
  weak: [],
  disguise: null,
  elevated: [],
  isSpecKnown: false,
};

/** Longer texts are cut: what hides behind four thousand characters is not worth the time. */
const MAX_TEXT = 4_096;

/** The compiled lists. Build it once per reload; `match` is pure. */
export class IndicatorMatcher {
  readonly #signatures: Signatures;
  readonly #patterns: readonly (Signatures['patterns'][number] & { readonly regex: RegExp })[];
  readonly #ports: ReadonlySet<number>;

  constructor(signatures: Signatures) {
    this.#signatures = signatures;
    this.#patterns = signatures.patterns.map((entry) => ({
      ...entry,
      regex: new RegExp(entry.match, 'i'),
    }));
    this.#ports = new Set(signatures.ports);
  }

  /** @param seen hashes of the signatures that its alarm has seen before, which are found again. */
  match(subject: Subject, seen: readonly number[]): Indicators {
    const first = subject.members[0];
    const spec = first?.pod.spec ?? null;
    const container = spec?.containers.find(({ name }) => name === first?.container.name) ?? null;
    const found = new Map<string, 'strong' | 'weak'>();
    const look = (where: 'image' | 'name' | 'command' | 'env', text: string): void => {
      for (const { name, strength, where: places, regex } of this.#patterns)
        if (
          places.includes(where) &&
          found.get(name) !== 'strong' &&
          regex.test(text.slice(0, MAX_TEXT))
        )
          found.set(name, strength);
    };
    for (const { name } of this.#patterns) if (seen.includes(hash(name))) found.set(name, 'strong');
    if (subject.image !== null) look('image', subject.image);
    for (const name of [subject.workload?.name, first?.container.name])
      if (name !== undefined) look('name', name);
    if (container !== null) {
      look('command', [...container.command, ...container.args].join(' '));
      for (const { name, value } of container.env) look('env', `${name}=${value ?? ''}`);
      if (container.ports.some((port) => this.#ports.has(port))) found.set('a pool port', 'weak');
    }
    const names = [...found.keys()].sort();
    return {
      strong: names.filter((name) => found.get(name) === 'strong'),
      weak: names.filter((name) => found.get(name) === 'weak'),
      disguise: this.#disguise(subject),
      elevated: elevatedSettings(spec, container),
      isSpecKnown: spec !== null,
    };
  }

  #disguise({ image, workload }: Subject): string | null {
    if (image === null) return null;
    const { systemNames, systemRegistries } = this.#signatures;
    const repository = repositoryOf(image);
    if (systemRegistries.some((prefix) => repository.startsWith(prefix))) return null;
    const last = repository.slice(repository.lastIndexOf('/') + 1);
    return systemNames.find((name) => last === name || workload?.name === name) ?? null;
  }
}

function elevatedSettings(
  spec: PodSpecFacts | null,
  container: ContainerSpecFacts | null,
): readonly string[] {
  const found: string[] = [];
  if (container?.privileged === true) found.push('privileged');
  if (spec?.hostPid === true) found.push('host PID namespace');
  if (spec?.hostNetwork === true) found.push('host network');
  if (container !== null && container.hugePagesBytes > 0) found.push('huge pages');
  return found;
}

const matchers = new WeakMap<Signatures, IndicatorMatcher>();

/** The matcher of these lists: patterns are compiled once per reload. */
export function matcherOf(signatures: Signatures): IndicatorMatcher {
  const known = matchers.get(signatures) ?? new IndicatorMatcher(signatures);
  matchers.set(signatures, known);
  return known;
}
