import { reachInSlack } from '../channels/slack/config.ts';
import { expect, it } from 'vitest';
import { configSchema } from '../daemon/config/schema.ts';
import { digestOwners } from '../digest/read/owners.ts';
import { configuredOwners } from './owners.ts';
import { aFinding } from '../../test/support/notify/findings.ts';

it.each(['constructor', 'toString', '__proto__'])(
  'Sec: a workload that says it belongs to %s stops nobody’s messages',
  (owner) => {
    const config = configSchema.parse({ owners: { teams: { shop: '#shop' } } });
    const directory = configuredOwners(config, reachInSlack);
    const finding = aFinding({ kind: 'overprovisioned', owner });
    expect(directory.receiversOf(finding, true)).toEqual([]);
    expect(directory.problemOf(finding, true)?.key).toBe(`unreachable/${owner}`);
    expect(digestOwners(config, reachInSlack).receiverOf(owner)).toBeNull();
    const known = directory.receiversOf(aFinding({ owner: 'shop' }), true);
    expect(known).toEqual([{ channel: 'slack', target: '#shop' }]);
  },
);

it('with onlyKnown, what a workload says reaches only owners of the configuration', () => {
  const owners = {
    onlyKnown: true,
    teams: { shop: '#shop' },
    routes: [{ match: { namespace: 'x' }, owner: '#ops' }],
  };
  const directory = configuredOwners(configSchema.parse({ owners }), reachInSlack);
  const reached = (owner: string) =>
    directory
      .receiversOf(aFinding({ kind: 'overprovisioned', owner }), true)
      .map(({ target }) => target);
  expect(reached('shop')).toEqual(['#shop']);
  expect(reached('#ops')).toEqual(['#ops']);
  expect(reached('shop, #board')).toEqual(['#shop']);
  for (const owner of ['#board', 'U0CEO', 'ceo@example.com']) {
    expect(reached(owner)).toEqual([]);
    const problem = directory.problemOf(aFinding({ kind: 'overprovisioned', owner }), true);
    expect(problem?.key).toBe(`unknown/${owner}`);
  }
  const ofDigests = digestOwners(configSchema.parse({ owners }), reachInSlack);
  expect(
    ['shop', '#ops', '#board', 'U0CEO'].map((owner) => ofDigests.receiverOf(owner)?.target),
  ).toEqual(['#shop', '#ops', undefined, undefined]);
});
