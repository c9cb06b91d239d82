import schema from './ocsfSchema.json' with { type: 'json' };

/** Attributes of an object: `TYPE[] required 1|2|3`, as far as it has them. */
type Attributes = Readonly<Record<string, string>>;

const objects: Readonly<Record<string, unknown>> = schema;

/** What is wrong with an object of OCSF by its schema; objects that the copy leaves out are not looked into. */
export function schemaProblems(type: string, value: unknown, at = ''): readonly string[] {
  const { $at_least_one: oneOf, ...attributes } = objects[type] as Attributes & {
    readonly $at_least_one?: readonly string[];
  };
  const found = value as Readonly<Record<string, unknown>>;
  const problems = Object.keys(found)
    .filter((name) => !(name in attributes))
    .map((name) => `${at}${name}: no attribute of ${type}`);
  if (oneOf !== undefined && oneOf.every((name) => !(name in found)))
    problems.push(`${at}${type}: has none of ${oneOf.join(', ')}`);
  for (const [name, form] of Object.entries(attributes)) {
    const [kind = '', ...rest] = form.split(' ');
    const path = `${at}${name}`;
    const own = found[name];
    if (own === undefined) {
      if (rest.includes('required')) problems.push(`${path}: is missing`);
      continue;
    }
    if (!kind.endsWith('[]')) problems.push(...valueProblems(kind, rest.at(-1), own, path));
    else if (!Array.isArray(own)) problems.push(`${path}: is no list`);
    else
      own.forEach((one, index) =>
        problems.push(...valueProblems(kind.slice(0, -2), undefined, one, `${path}.${index}`)),
      );
  }
  return problems.sort();
}

function valueProblems(
  kind: string,
  values: string | undefined,
  value: unknown,
  path: string,
): readonly string[] {
  if (['string', 'url'].includes(kind))
    return typeof value === 'string' && value !== '' ? [] : [`${path}: is no text`];
  if (['integer', 'long', 'timestamp'].includes(kind)) {
    if (!Number.isSafeInteger(value)) return [`${path}: is no ${kind}`];
    const isEnum = values !== undefined && /^\d/.test(values);
    return isEnum && !values.split('|').includes(String(value))
      ? [`${path}: ${String(value)} is none of ${values}`]
      : [];
  }
  if (kind === 'json' || kind === 'object') return [];
  if (typeof value !== 'object' || value === null) return [`${path}: is no object`];
  return kind in objects ? schemaProblems(kind, value, `${path}.`) : [];
}
