import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CostReport } from '../../src/cost/report/costReportForm.ts';
import type { FindingJson } from '../../src/model/findingJson.ts';
import { PROGRAM } from '../support/cli.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'burnwatch-demo-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out(): string;
  err(): string;
}

function startDemo(folder: string, ...more: readonly string[]): Demo {
  const args = [PROGRAM, 'demo', '--days', '3', '--dir', folder, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, out: () => out, err: () => err };
}

/** Arguments of running processes that name the folder. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return args.includes(folder) ? [args] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

async function burnwatch<T>(folder: string, ...args: readonly string[]): Promise<T> {
  const all = [PROGRAM, ...args, '--config', join(folder, 'burnwatch.yaml'), '-o', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, all);
  return JSON.parse(stdout) as T;
}

describe('burnwatch demo --once', () => {
  let folder: string;
  let demo: Demo;

  beforeAll(async () => {
    folder = join(root, 'once');
    demo = startDemo(folder, '--once');
    await demo.ended;
  });

  it('ends by itself, with everything kept that it promises', async () => {
    const code = await demo.ended;
    expect({ code, why: code === 0 ? '' : demo.err() }).toEqual({ code: 0, why: '' });
    expect(demo.out()).toMatch(/Four miners were hidden/);
    expect(demo.out()).not.toMatch(/MISSED/);
  });

  it('recognises the four miners, and calls nobody else one', async () => {
    const args = ['findings', '--kind', 'cryptojacking'];
    const found = await burnwatch<FindingJson[]>(folder, ...args);
    // A group of pods is found by its pods, what is known as a workload by its name.
    const about = (namespace: string, name: string): FindingJson | undefined =>
      found.find(
        (one) =>
          one.namespace === namespace &&
          (one.workload?.name === name || one.pods.some((pod) => pod.startsWith(`${name}-`))),
      );
    expect(about('kube-system', 'proxy-api')?.severity).toBe('critical');
    expect(about('ci', 'cache-sync')?.severity).toBe('critical');
    // Known software that burns more: metrics alone may say no more than a warning.
    expect(about('train-ticket', 'ts-travel2-service')?.severity).toMatch(/warning|critical/);
    const critical = found.filter(({ severity }) => severity === 'critical');
    const hidden = ['kube-system', 'ci', 'train-ticket', 'online-boutique'];
    expect(critical.filter(({ namespace }) => !hidden.includes(namespace ?? ''))).toEqual([]);
  });

  it('tells the attack as one finding with what three other tools saw of it', async () => {
    const found = await burnwatch<FindingJson[]>(folder, 'findings');
    const story = found.filter(({ workload }) => workload?.name === 'checkoutservice');
    const [finding, ...others] = story.filter(({ kind }) =>
      ['cryptojacking', 'signal'].includes(kind),
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'cryptojacking', severity: 'critical', cause: 'mining' });
    const reported = finding!.evidence.filter(({ family }) => family === 'signals');
    expect(reported.map(({ signal }) => signal)).toEqual([
      'token-reported',
      'exec-reported',
      'miner-reported',
      'egress-reported',
    ]);
    expect(reported[1]!.text).toMatch(/system:serviceaccount:ci:deployer .*203\.0\.113\.66/);
  });

  it('prices it so that rows and idle are what the nodes cost', async () => {
    const report = await burnwatch<CostReport>(folder, 'costs', '--window', '2d');
    const sum = report.rows.reduce(
      (total, { cpuCost, ramCost, gpuCost }) => total + cpuCost + ramCost + gpuCost,
      report.idle.totalCost,
    );
    expect(sum).toBeCloseTo(report.nodesCost, 6);
    expect(report.nodesCost).toBeGreaterThan(100);
    expect(report.rows.map(({ key }) => key)).toContain('online-boutique');
  });

  it('leaves no process, no port and no lock behind', async () => {
    expect(processesOf(folder)).toEqual([]);
    expect(existsSync(join(folder, 'demo.lock'))).toBe(false);
    const config = parse(readFileSync(join(folder, 'burnwatch.yaml'), 'utf8')) as {
      readonly prometheus: { readonly url: string };
      readonly slack: { readonly apiUrl: string };
      readonly serve: { readonly listen: string; readonly probes: string };
    };
    const { prometheus, slack, serve } = config;
    const urls = [prometheus.url, slack.apiUrl, `http://${serve.listen}`, `http://${serve.probes}`];
    for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

describe('burnwatch demo, interrupted', () => {
  it('ends cleanly while it is still being set up', async () => {
    const folder = join(root, 'interrupted');
    const demo = startDemo(folder);
    while (!demo.err().includes('Writing')) await once(demo.child.stderr!, 'data');
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(1);
    expect(demo.err()).toMatch(/interrupted before it was ready; nothing is left running/);
    expect(processesOf(folder)).toEqual([]);
    expect(existsSync(join(folder, 'demo.lock'))).toBe(false);
    const left = readdirSync(join(folder, 'prometheus'));
    expect(left.filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});
