import { describe, expect, it } from 'vitest';
import { costFilterTest, formatCostFilter, parseCostFilter } from './costFilter.ts';

const identity = {
  namespace: 'shop',
  kind: 'Deployment',
  name: 'cart',
  container: 'app',
  node: 'n1',
  owner: '',
  image: 'registry/cart:1',
  labels: { 'app.kubernetes.io/name': 'cart' },
  pod: 'cart-1',
};

describe('a filter of costs', () => {
  it.each([
    ['namespace=shop', true],
    ['namespace!=shop', false],
    ['namespace =~ "sh.*|data"', true],
    ['workload=cart', true],
    ['workload=shop/cart', true],
    ['workload=shop/Deployment/cart', true],
    ['workload!=cart', false],
    ['workload!~"data/.*"', true],
    ['owner=__unallocated__', true],
    ['owner!=team-a', true],
    ['image=~"registry/.*"', true],
    ['label:app_kubernetes_io_name=cart', true],
    ['label:team=a', false],
    ['node=n2', false],
  ])('%s: %s', (text, passes) => {
    const filter = parseCostFilter(text);
    expect(costFilterTest(filter)(identity)).toBe(passes);
    expect(parseCostFilter(formatCostFilter(filter))).toEqual(filter);
  });

  it.each([
    ['shop', /is not a filter/],
    ['namespce=shop', /did you mean namespace\?/],
    ['cluster=prod', /one cluster/],
    ['owner=~"("', /does not compile/],
    ['owner=~"(.{0,1000}){9}"', /too large/],
    ['label:=x', /is none of|not a filter/],
    ['', /is not a filter/],
  ])('%j is refused with the cure', (text, message) => {
    expect(() => parseCostFilter(text)).toThrow(message);
  });
});
