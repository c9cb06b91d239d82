import { describe, expect, it } from 'vitest';
import { parseFilter } from './parseFilter.ts';

/** Filters that OpenCost's own tests parse (core/pkg/filter/allocation/parser_test.go), less annotations and services. */
describe('what OpenCost understands', () => {
  it.each([
    'namespace: "kubecost"',
    '((namespace: "kubecost"))',
    '(namespace: "kubecost" + pod~:"foo" + cluster:"cluster-one" + controllerKind:"deployment")',
    'namespace: "kubecost" | pod~:"foo" | (cluster:"cluster-one" + controllerKind:"deployment") | namespace:"bar","test"',
    'node:"node a b c" , "node 12 3"\n+\n\rnamespace : "kubecost"',
    '(namespace:"kubecost" | cluster<~:"cluster-") + pod~:"foo"',
    '(label~:"foo" + label[foo]:"bar") | (label!~:"foo" + label[foo]!~>:"bar")',
    'namespace: "kubecost" | ((pod~:"foo" | (cluster:"c" + controllerKind:"deployment")) + cluster~:"cluster-")',
    'node!:"node-123","node-456" + controllerName:"a" + container!:"123-abc_foo" + owner!:"kubecost"',
  ])('%s', (text) => {
    expect(parseFilter(text)).not.toBeNull();
  });

  it('nothing is no filter', () => {
    expect(parseFilter(' \n\t')).toBeNull();
  });

  it('groups bind as they are written', () => {
    expect(parseFilter('namespace:"a" + (node:"b" | node!<~:"c","d")')).toEqual({
      kind: 'all',
      parts: [
        {
          kind: 'comparison',
          field: 'namespace',
          operator: 'equals',
          negated: false,
          values: ['a'],
        },
        {
          kind: 'any',
          parts: [
            {
              kind: 'comparison',
              field: 'node',
              operator: 'equals',
              negated: false,
              values: ['b'],
            },
            {
              kind: 'comparison',
              field: 'node',
              operator: 'begins',
              negated: true,
              values: ['c', 'd'],
            },
          ],
        },
      ],
    });
  });
});

describe('the error says where and what is expected', () => {
  it.each([
    ['()', 'found ")" at 2, expected a field'],
    ['namespace.:"kubecost"', 'unexpected "." at 10'],
    ['(namespace:"kubecost"))', 'found ")" at 23, expected the end'],
    ['((namespace:"kubecost")', 'found the end, expected ")"'],
    ['namespace:"a" | pod~:"b" + cluster:"c"', 'expected parentheses where'],
    ['namespace:"a" + pod~:"b" | cluster:"c"', 'expected parentheses where'],
    ['namespace:"a', 'the quote at 11 is not closed'],
    ['label[app:"a"', 'the bracket at 6 is not closed'],
    ['namespace:kube', 'found "kube" at 11, expected a value in double quotes'],
    ['namespace:', 'found the end, expected a value'],
    ['namespace"a"', 'expected one of : !: ~:'],
    ['namespace:"a",', 'found the end, expected a value'],
    ['nmspace:"a"', 'there is no field "nmspace"; fields are cluster, node, namespace'],
    ['services:"a"', '"services" is not kept'],
    ['node[x]:"a"', 'node takes no [x]'],
    ['label[ ]:"a"', 'a label needs a name'],
    ['label<~:"a"', 'label names cannot be compared with <~:'],
    ['label:"a","b"', 'ask for one label at a time'],
    ['constructor:"a"', 'there is no field "constructor"'],
    [`${'('.repeat(40)}node:"a"${')'.repeat(40)}`, 'more than 32 parentheses deep'],
  ])('%s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });
});
