import { QuestionRefused } from '../questions/answerContext.ts';
import type { CostDimension } from '../../store/costTable.ts';

/** Kinds of controllers that are fields of their own, also in OpenCost's UI's filters. */
export const CONTROLLER_KINDS = ['deployment', 'statefulset', 'daemonset', 'job'] as const;

const NAMES = [
  'cluster',
  'node',
  'namespace',
  'controllerKind',
  'controller',
  ...CONTROLLER_KINDS,
  'pod',
  'container',
  'providerID',
  'service',
  'owner',
] as const;

/** One field that OpenCost can aggregate by. */
export type AggregateField = (typeof NAMES)[number] | `label:${string}`;

/** Spelling does not matter to OpenCost; the filter language's name of the controller is taken as well. */
const FIELDS: ReadonlyMap<string, AggregateField> = new Map([
  ...NAMES.map((field) => [field.toLowerCase(), field] as const),
  ['controllername', 'controller'],
]);

/** OpenCost's names for labels that its users settled on; the labels are its defaults. */
export const ALIASES: ReadonlyMap<string, `label:${string}`> = new Map([
  ['department', 'label:department'],
  ['environment', 'label:env'],
  ['product', 'label:app'],
  ['team', 'label:team'],
]);

/** What an allocation is keyed by when nothing is asked. */
const DEFAULT: readonly AggregateField[] = ['cluster', 'node', 'namespace', 'pod', 'container'];

/**
 * Reads `aggregate`: fields in order; none (a single allocation) for `all`.
 * @throws QuestionRefused that names a field which does not exist. (OpenCost leaves such a field out in silence.)
 */
export function parseAggregate(text: string): readonly AggregateField[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return DEFAULT;
  if (parts.length === 1 && parts[0] === 'all') return [];
  return parts.map((part): AggregateField => {
    const name = part.toLowerCase();
    const field = FIELDS.get(name) ?? ALIASES.get(name);
    if (field !== undefined) return field;
    if (/^label:.+/.test(part)) return `label:${part.slice('label:'.length).trim()}`;
    if (part.startsWith('annotation:')) {
      throw new QuestionRefused(
        `aggregate=${part}: annotations are not kept in the history of costs; use label:NAME or owner`,
      );
    }
    throw new QuestionRefused(
      `invalid aggregate "${part}": use ${[...FIELDS.values()].join(', ')} or label:NAME`,
    );
  });
}

/**
 * What the history has to be asked by. Always by container and node, finer than most answers need, so that
 * the properties that all parts of an allocation share are known.
 */
export function dimensionsOf(fields: readonly AggregateField[]): readonly CostDimension[] {
  const dimensions = new Set<CostDimension>(['container', 'node']);
  for (const field of fields) {
    if (field === 'pod' || field === 'owner') dimensions.add(field);
    if (isLabel(field)) dimensions.add(field);
  }
  return [...dimensions];
}

export function isLabel(field: string): field is `label:${string}` {
  return field.startsWith('label:');
}
