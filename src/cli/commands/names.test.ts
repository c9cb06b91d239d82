import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopConfig, SHOP_NOW, writeShopHistory } from '../../../test/support/shopHistory.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import type { Finding } from '../../model/finding.ts';
import { runCli } from '../program.ts';

let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  await writeShopHistory(temp.path(), 1);
  config = join(temp.folder, 'burnwatch.yaml');
  const { history, cluster } = shopConfig(temp.path());
  writeFileSync(config, JSON.stringify({ cluster, history: { path: history.path } }));
});
afterAll(() => temp[Symbol.dispose]());

const run = (...args: readonly string[]) =>
  runCommand([...args, '--config', config], () => SHOP_NOW, 'alice');

async function findings(): Promise<readonly Finding[]> {
  const reader = await openHistoryReader(temp.path());
  try {
    return await reader.findings({ state: 'open', kind: null, since: null, namespaces: null });
  } finally {
    await reader.close();
  }
}

describe('a name that nothing bears fails, with what may have been meant', () => {
  it.each([
    ['recommend --offline -n shp', 'there is no namespace shp (did you mean shop?)'],
    ['costs -n shopp', 'there is no namespace shopp (did you mean shop?)'],
    ['findings -n nowhere', 'there is no namespace nowhere (there are '],
    ['findings --owner nobody-at-all', 'there is no owner nobody-at-all'],
    ['findings --kind cryptojack', 'cryptojacking'],
    ['findings show zzz', 'there is no finding zzz (there are '],
    ['findings reopen zzz', 'there is no finding zzz'],
    ['explain --offline shop/chekout', 'did you mean checkout?'],
    ['explain --offline shopp/checkout', 'did you mean shop?'],
    ['costs --by namspace', 'did you mean namespace?'],
    ['silence expire zzz', 'there is no silence in force zzz'],
    ['deliveries retry zzz', 'there is no dead letter zzz'],
    ['sources accept zzz', 'named zzz'],
    ['costs -w 0', '--watch: "0" is not a number of seconds'],
  ])('burnwatch %s', async (line, message) => {
    const { code, out, err } = await run(...line.split(' '));
    // What a command cannot know by itself is bad usage; what is not there is a failure.
    const isUsage = /--kind|--by namspace|-w 0/.test(line);
    expect({ code, out }).toEqual({ code: isUsage ? 2 : 1, out: '' });
    expect(err).toMatch(/^burnwatch: /);
    expect(err).toContain(message);
  });

  it('a label that nothing bears is said beside the costs', async () => {
    const { code, out, err } = await run('costs', '--by', 'label:aap');
    expect(code).toBe(0);
    expect(out).toContain('__unallocated__');
    expect(err).toContain('there is no label aap');
    expect(err).toContain('--metric-labels-allowlist=pods=[aap],namespaces=[aap],nodes=[aap]');
  });

  it('labels that have one name in metrics are said by the names that kube-state-metrics gives them', async () => {
    using clashing = new TempHistory();
    const { history, cluster } = await writeShopHistory(clashing.path(), 0.1, (snapshot) => ({
      ...snapshot,
      pods: snapshot.pods.map((pod) => ({
        ...pod,
        labels: { ...pod.labels, cost_center_conflict1: '42', cost_center_conflict2: '43' },
      })),
    }));
    const own = join(clashing.folder, 'burnwatch.yaml');
    writeFileSync(own, JSON.stringify({ cluster, history: { path: history.path } }));
    const costs = (label: string) =>
      runCommand(['costs', '--by', label, '--config', own], () => SHOP_NOW, 'alice');
    for (const name of ['cost-center', 'cost.center', 'cost_center']) {
      const { code, out, err } = await costs(`label:${name}`);
      expect([code, out.includes('__unallocated__')]).toEqual([0, true]);
      expect(err).toContain(
        `label ${name}: two labels have one name in metrics, and kube-state-metrics tells them as label:cost_center_conflict1, label:cost_center_conflict2. Ask for one of these`,
      );
      expect(err).not.toContain('--metric-labels-allowlist');
    }
    const { out, err } = await costs('label:cost_center_conflict2');
    expect(out).toMatch(/^43 /m);
    expect(err).toBe('');
  });

  it('a name of control characters reaches no terminal', async () => {
    const { code, err } = await run('costs', '-n', 'sh\u001B[31mop');
    expect(code).toBe(1);
    expect(err).not.toContain('\u001B');
  });
});

describe('namespaces', () => {
  it('costs and findings of one alone', async () => {
    const costs = await run('costs', '-n', 'shop', '-o', 'json');
    const { rows } = JSON.parse(costs.out) as { rows: { key: string }[] };
    expect(rows.map(({ key }) => key)).toEqual(['shop']);
    const listed = await run('findings', '-n', 'shop', '-o', 'json', '--state', 'all');
    const scopes = JSON.parse(listed.out) as { namespace: string }[];
    expect(scopes.length).toBeGreaterThan(0);
    expect(scopes.every(({ namespace }) => namespace === 'shop')).toBe(true);
  });
});

describe('findings reopen', () => {
  it('takes back an acknowledgement and an acceptance, and nothing else', async () => {
    const [finding] = await findings();
    const id = finding?.id ?? '';
    expect(await run('findings', 'reopen', id)).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no acknowledgement'),
    });
    for (const decide of [
      ['ack', id],
      ['accept', id, '--reason', 'ours', '--until', '7d'],
    ]) {
      expect((await run('findings', ...decide)).code).toBe(0);
      expect((await findings()).find((one) => one.id === id)?.state).not.toBe('open');
      const { code, err } = await run('findings', 'reopen', id.slice(0, 12), '--reason', 'a slip');
      expect([code, err]).toEqual([0, `${id} is open again; the next window puts it into force\n`]);
      expect((await findings()).find((one) => one.id === id)?.state).toBe('open');
    }
  });
});

describe('watching', () => {
  it('prints once, again when the answer changes, and ends with Ctrl-C', async () => {
    const [finding] = await findings();
    const printed: string[] = [];
    const io = {
      out: (text: string) => void printed.push(text),
      err: (text: string) => void printed.push(text),
      isTerminal: false,
      terminal: { columns: 100, hasColors: false },
      now: () => SHOP_NOW,
      user: 'alice',
    };
    const watching = runCli(['findings', '-w', '1', '--config', config], io);
    const until = async (count: number): Promise<void> => {
      while (printed.length < count) await setTimeout(20);
    };
    await until(1);
    expect(printed[0]).toContain(finding?.id);
    await run('findings', 'ack', finding?.id ?? '');
    await until(2);
    expect(printed).toHaveLength(2);
    expect(printed[1]).toContain('acknowledged');
    process.emit('SIGINT');
    expect(await watching).toBe(0);
    await run('findings', 'reopen', finding?.id ?? '');
  });
});
