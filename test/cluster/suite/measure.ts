import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { formatTime } from '../../../src/model/time.ts';
import { burnwatch } from '../../support/cli.ts';
import type { Span } from './truth.ts';

/** A row of `costs --by workload,container -o json`. */
export interface CostRow {
  readonly namespace?: string;
  readonly workload?: { readonly kind: string; readonly name: string };
  readonly container?: string;
  readonly cpuCoreHours: number;
  readonly ramGiBHours: number;
  readonly cpuCost: number;
  readonly ramCost: number;
  readonly coverage: number;
}

export interface FindingRow {
  readonly kind: string;
  readonly severity: string;
  readonly namespace?: string | null;
  readonly workload?: { readonly kind: string; readonly name: string } | null;
  /** RFC 3339. */
  readonly firstSeen: string;
}

/** What one Burnwatch says of a span. */
export interface Measured {
  readonly rows: readonly CostRow[];
  readonly coverage: number;
  readonly findings: readonly FindingRow[];
}

export interface MeasureOptions {
  readonly prometheus: string;
  readonly span: Span;
  /** Where absent, from metrics alone. */
  readonly kubeconfig?: string;
  /** Another checkout's `bin/burnwatch.mjs`; this one's by default. */
  readonly program?: string;
}

/** Backfills the span with this checkout's Burnwatch, without messages, and asks for costs and findings. */
export async function measure(options: MeasureOptions): Promise<Measured> {
  const { prometheus, span, kubeconfig, program } = options;
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-measure-'));
  try {
    const config = {
      cluster: 'test',
      prometheus: { url: prometheus },
      workloads: kubeconfig ? { source: 'kubernetes', kubeconfig } : { source: 'prometheus' },
      history: { path: join(folder, 'burnwatch.db') },
    };
    const file = join(folder, 'burnwatch.yaml');
    await writeFile(file, stringify(config));
    const flags = [
      '--config',
      file,
      '--from',
      new Date(span.fromMs).toISOString(),
      '--to',
      new Date(span.toMs).toISOString(),
    ];
    const run = async (
      args: readonly string[],
      codes: readonly number[] = [0],
    ): Promise<{ readonly stdout: string; readonly stderr: string }> => {
      const result = await burnwatch(args, { cwd: folder, ...(program && { program }) });
      if (!codes.includes(result.code ?? -1)) {
        throw new Error(`burnwatch ${args.join(' ')} ended with ${result.code}:\n${result.stderr}`);
      }
      return result;
    };
    const { stderr } = await run(['backfill', ...flags, '--no-notify']);
    // A window that is not settled yet would be missing in every figure.
    if (!program && !stderr.includes(`sealed up to ${formatTime(span.toMs)}`))
      throw new Error(`not every window is sealed:\n${stderr}`);
    const costs = JSON.parse(
      (await run(['costs', ...flags, '--by', 'workload,container', '-o', 'json'])).stdout,
    ) as { rows: CostRow[]; coverage: number };
    const found = JSON.parse(
      (await run(['findings', '--config', file, '--state', 'all', '-o', 'json'], [0, 1])).stdout ||
        '[]',
    ) as FindingRow[] | { findings: FindingRow[] };
    const findings = Array.isArray(found) ? found : found.findings;
    return { rows: costs.rows, coverage: costs.coverage, findings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
