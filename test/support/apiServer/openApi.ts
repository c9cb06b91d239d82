import { apiVersionOf, type ServedResource } from './resources.ts';

/**
 * The part of `/openapi/v2` that kubectl reads before `--dry-run=server`: which kinds can be patched with
 * `dryRun`. It wants protobuf (gnostic's openapi.v2.Document), field numbers as there.
 */
export function openApiDocument(resources: readonly ServedResource[]): Buffer {
  return message(
    [1, text('2.0')],
    [8, message(...resources.map((one) => [2, pathOf(one)] as const))],
  );
}

function pathOf(resource: ServedResource): Buffer {
  const { group, version, plural, kind } = resource;
  const base = group === '' ? '/api/' : '/apis/';
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const yaml = JSON.stringify({ group, version, kind });
  const dryRun = message([
    3,
    message([2, text('query')], [4, text('dryRun')], [5, text('string')]),
  ]);
  const patch = message(
    [8, message([1, message([2, dryRun])])],
    [13, message([1, text('x-kubernetes-group-version-kind')], [2, message([2, text(yaml)])])],
  );
  return message(
    [1, text(`${base}${apiVersionOf(resource)}${scope}/${plural}/{name}`)],
    [2, message([8, patch])],
  );
}

/** Fields whose values are bytes or messages, one after the other. */
function message(...fields: readonly (readonly [number, Buffer])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => [varint((number << 3) | 2), varint(value.length), value]),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

function text(value: string): Buffer {
  return Buffer.from(value);
}
