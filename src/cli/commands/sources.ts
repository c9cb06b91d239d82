import type { Command } from 'commander';
import { SOURCE_RULES } from '../../cycle/acceptedSources.ts';
import { decideFinding, LONGEST_ACCEPTANCE_MS } from '../../detect/findings/decideFinding.ts';
import type { Finding } from '../../model/finding.ts';
import { printable } from '../../model/text/escape.ts';
import type { Column } from '../../model/text/table.ts';
import type { HistoryReader } from '../../store/history.ts';
import { unknownName, type Io } from '../io.ts';
import { listing } from '../listing.ts';
import { actorOf, loadContext, withDecisions, withHistory, type ConfigOption } from '../options.ts';

/** A scrape job and what is believed of it. */
interface SourceRow {
  readonly job: string;
  readonly exporters: readonly string[];
  readonly state: 'believed' | 'accepted' | 'in use, not accepted' | 'not believed';
  /** The finding that waits for a decision. */
  readonly finding: string | null;
}

interface AcceptOptions extends ConfigOption {
  readonly reason: string;
}

const COLUMNS: readonly Column<SourceRow>[] = [
  { title: 'JOB', value: ({ job }) => (job === '' ? '(no job)' : printable(job)), maxWidth: 60 },
  { title: 'EXPORTERS', value: ({ exporters }) => exporters.join(', ') },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'FINDING', value: ({ finding }) => finding ?? '' },
];

export default function register(sources: Command, io: Io): void {
  const list = sources
    .command('list')
    .description('the scrape jobs whose metrics are believed, and those that wait for a decision');
  listing(list, io, ({ loaded }) => withHistory(loaded.config, readSources), {
    columns: COLUMNS,
    empty: 'No window is sealed yet.',
  });
  sources
    .command('accept')
    .argument('<job>', 'as sources list shows it')
    .description('believe a scrape job from the next window on')
    .option('--reason <text>', 'why, for those who find it later', 'the exporter is ours')
    .action((job: string, options: AcceptOptions) => acceptSource(job, options, io));
}

async function readSources(reader: HistoryReader): Promise<readonly SourceRow[]> {
  const { sources = {}, acceptedSources = [] } = await reader.status();
  const exportersOf = (job: string): readonly string[] =>
    Object.keys(sources).filter((exporter) => sources[exporter]?.includes(job));
  const believed = [...new Set(Object.values(sources).flat())].sort();
  const waiting = await findingsAbout(reader);
  return [
    ...believed
      .filter((job) => !acceptedSources.includes(job))
      .map((job) => row(job, exportersOf(job), 'believed', null)),
    ...acceptedSources.map((job) => row(job, exportersOf(job), 'accepted', null)),
    ...waiting
      .filter(({ scope }) => !acceptedSources.includes(scope.subject ?? ''))
      .map(({ id, rule, scope }) => {
        const state = rule === 'renamed-source' ? 'in use, not accepted' : 'not believed';
        return row(scope.subject ?? '', [], state, id);
      }),
  ];
}

function row(
  job: string,
  exporters: readonly string[],
  state: SourceRow['state'],
  finding: string | null,
): SourceRow {
  return { job, exporters, state, finding };
}

/** Findings about scrape jobs that are not over. */
async function findingsAbout(reader: HistoryReader): Promise<readonly Finding[]> {
  const findings = await reader.findings({
    state: 'open',
    kind: 'trust',
    since: null,
    namespaces: null,
  });
  return findings.filter(({ rule }) => SOURCE_RULES.has(rule));
}

async function acceptSource(job: string, { reason, ...options }: AcceptOptions, io: Io) {
  const { config } = loadContext(options, io).loaded;
  const waiting = await withHistory(config, findingsAbout);
  const findings = waiting.filter(({ scope: { subject } }) => subject === job);
  if (findings.length === 0) {
    const jobs = waiting.flatMap(({ scope: { subject } }) => subject ?? []);
    throw unknownName('scrape job that waits to be accepted named', job, [...new Set(jobs)]);
  }
  const now = io.now();
  const request = { action: 'accept', reason, until: now + LONGEST_ACCEPTANCE_MS } as const;
  await withDecisions(config, async (stores) => {
    for (const finding of findings) await decideFinding(finding, request, actorOf(io), stores, now);
  });
  io.err(`${job} is accepted; the next window puts it into force\n`);
}
