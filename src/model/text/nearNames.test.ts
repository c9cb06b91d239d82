import { expect, it } from 'vitest';
import { nearNames } from './nearNames.ts';

it.each([
  ['shpo', ['pay', 'shop'], ' (did you mean shop?)'],
  ['pay', ['eu-payments', 'payments', 'shop'], ' (did you mean eu-payments or payments?)'],
  ['shop-eu', ['pay', 'shop'], ' (did you mean shop?)'],
  ['nowhere', ['a1', 'b1', 'c1', 'd1', 'e1'], ' (there are a1, b1, c1 and 2 more)'],
  ['nowhere', ['pay', 'shop'], ' (there are pay, shop)'],
  ['nowhere', [], ''],
  ['kube', ['kube-a', 'kube-b', 'kube-c', 'kube-d'], ' (did you mean kube-a or kube-b or kube-c?)'],
  ['evil', ['evil\u001B[2J'], ' (did you mean evil\uFFFD[2J?)'],
])('%s among %j', (name, known, said) => {
  expect(nearNames(name, known)).toBe(said);
});
