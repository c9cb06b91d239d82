import { describe, expect, it } from 'vitest';
import { parseObjects, SpecFileError } from './parseObjects.ts';
import { rawObject, rawPod } from '../../../test/support/specs.ts';

const POD = rawPod();
const NODE = rawObject('v1', 'Node', { name: 'node-1' });
const LIST = { apiVersion: 'v1', kind: 'List', items: [POD, NODE] };
const places = (text: string) => parseObjects(text, 'specs.json').map(({ place }) => place);
const BOTH = ['item 1 (Pod shop/web-6d4cf56db6-x2x4z)', 'item 2 (Node node-1)'];

describe('parseObjects', () => {
  it('reads a List, documents one after the other, and YAML alike', () => {
    expect(places(JSON.stringify(LIST))).toEqual(BOTH);
    expect(places(`${JSON.stringify(POD, null, 2)}\n${JSON.stringify(NODE)}\n`)).toEqual(BOTH);
    expect(places('---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\n')).toEqual([
      'item 1 (Node a)',
    ]);
    const yaml =
      'kind: Namespace\nmetadata:\n  name: a\n---\nkind: Namespace\nmetadata:\n  name: b\n';
    expect(places(yaml)).toEqual(['item 1 (Namespace a)', 'item 2 (Namespace b)']);
  });

  it('gives the items of a typed list their kind', () => {
    const { kind: _kind, apiVersion: _version, ...bare } = POD;
    const list = { apiVersion: 'v1', kind: 'PodList', items: [bare] };
    expect(parseObjects(JSON.stringify(list), 'f')[0]?.object).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
    });
  });

  it.each([
    ['', 'specs.json is empty'],
    ['NAMESPACE   NAME    READY\nshop  web-1  1/1', 'add -o json'],
    [JSON.stringify(LIST).slice(0, -20), 'specs.json is not valid JSON'],
    [`${JSON.stringify(POD)}{"kind": nonsense}`, 'document 2 is not valid JSON'],
    ['a: b: c', 'specs.json:1: document 1 is neither JSON nor valid YAML'],
    ['{"items": []}', 'it has no kind'],
    ['just a sentence', 'it has no kind'],
    ['{"kind":"List","items":[]}', 'holds no objects'],
  ])('says of %j what is wrong and what to do', (text, message) => {
    expect(() => parseObjects(text, 'specs.json')).toThrow(message);
  });

  it('never quotes the text around a mistake, which may be a secret', () => {
    for (const text of ['{"env": "hunter2" "x"}', '{"kind": hunter2}', 'a: "hunter2" b: c: d']) {
      expect(() => parseObjects(text, 'f')).toThrow(
        expect.objectContaining({
          message: expect.not.stringContaining('hunter2') as string,
        }) as Error,
      );
    }
  });

  it('Sec: refuses aliases of a few lines that stand for millions of objects, with the cure', () => {
    const level = (index: number) =>
      `l${index}: &l${index} [${Array.from({ length: 9 }, () => `*l${index - 1}`).join(', ')}]`;
    const levels = Array.from({ length: 8 }, (_, index) => level(index + 1));
    const text = ['kind: Pod', 'l0: &l0 [a]', ...levels].join('\n');
    expect(() => places(text)).toThrow(SpecFileError);
    expect(() => places(text)).toThrow(/has YAML aliases that cannot be followed.*kubectl get/);
  });
});
