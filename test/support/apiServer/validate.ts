import { parseQuantity } from '../../../src/collect/kubernetes/quantity.ts';
import type { ApiObject } from './objectStore.ts';
import { invalid } from './status.ts';

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly resources?: Readonly<Partial<Record<'requests' | 'limits', Record<string, string>>>>;
}

interface Template {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/**
 * The checks of the real server that a patch of requests can fall foul of.
 * @throws ApiStatus 422 in its words.
 */
export function validateObject({ kind = '', metadata, ...object }: ApiObject): void {
  const spec = object['spec'] as
    (Template & { readonly template?: { spec?: Template } }) | undefined;
  const path = spec?.template === undefined ? 'spec' : 'spec.template.spec';
  const pod = spec?.template?.spec ?? spec;
  const causes = (['containers', 'initContainers'] as const).flatMap((list) =>
    (Array.isArray(pod?.[list]) ? pod[list] : []).flatMap((container, index) =>
      causesOf(container, `${path}.${list}[${index}]`),
    ),
  );
  if (causes.length > 0) throw invalid(kind, metadata?.name ?? '', causes);
}

function causesOf({ name, image, resources }: Container, path: string): readonly string[] {
  const causes: string[] = [];
  if (!name) causes.push(`${path}.name: Required value`);
  if (!image) causes.push(`${path}.image: Required value`);
  for (const side of ['requests', 'limits'] as const) {
    for (const [resource, text] of Object.entries(resources?.[side] ?? {})) {
      if (parseQuantity(text) === null) {
        causes.push(
          `${path}.resources.${side}[${resource}]: Invalid value: "${text}": quantities must match the regular expression`,
        );
      }
    }
  }
  for (const [resource, text] of Object.entries(resources?.requests ?? {})) {
    const limit = resources?.limits?.[resource];
    if (limit !== undefined && (parseQuantity(text) ?? 0) > (parseQuantity(limit) ?? Infinity)) {
      causes.push(
        `${path}.resources.requests: Invalid value: "${text}": must be less than or equal to ${resource} limit of ${limit}`,
      );
    }
  }
  return causes;
}
