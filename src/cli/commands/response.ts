import { Option, type Command } from 'commander';
import { hostname } from 'node:os';
import { openStores } from '../../daemon/openStores.ts';
import { responseParts } from '../../daemon/responses.ts';
import { printable } from '../../model/text/escape.ts';
import { jsonText, type Column, type OutputFormat } from '../../model/text/table.ts';
import { formatTime } from '../../model/time.ts';
import { targetText } from '../../respond/announce.ts';
import type { Identity } from '../../respond/people.ts';
import { ResponseRefused } from '../../respond/refusals.ts';
import {
  approve,
  listResponses,
  requestPlan,
  undo,
  type PlanParts,
  type PlanRequest,
} from '../../respond/requests.ts';
import { toEvidenceJson, toResponseJson, toWholeResponseJson } from '../../respond/responseJson.ts';
import { approvalsNeeded, shownState } from '../../respond/lifecycle.ts';
import { trailOf, type TrailEntry } from '../../respond/record.ts';
import { RESPONSE_ACTIONS, type Response } from '../../store/responses.ts';
import { CommandFailed, type Io } from '../io.ts';
import { listing } from '../listing.ts';
import {
  loadContext,
  withHistory,
  withOpened,
  withOutput,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';
import { requireFinding } from './findings.ts';

type Asked = { readonly state: 'open' | 'all' };

type PlanOptions = ConfigOption & Omit<PlanRequest, 'finding'>;

const LISTED = 1_000;

export default function register(response: Command, io: Io): void {
  const list = response
    .command('list')
    .description('responses to findings, the newest first')
    .addOption(new Option('--state <state>', 'which').choices(['open', 'all']).default('open'));
  listing(list, io, (context, { state }: Asked) => listAll(context, state === 'open', io), {
    columns: COLUMNS,
    toJson: (one) => toResponseJson(one, io.now()),
    empty: 'No responses.',
  });
  const show = response
    .command('show')
    .argument('<id>', 'as response list shows it')
    .description('one response: its plan, approvals, how far it is, and its audit trail')
    .option('--evidence', 'print what was captured before it, as JSON; logs may hold secrets')
    .action((id: string, options: ConfigOption & ShowOptions) => showOne(id, options, io));
  withOutput(show, ['table', 'json']);
  response
    .command('plan')
    .argument('<finding>', 'a finding’s id, or its beginning')
    .description('plan a response with a dry run; it takes approvals by other people')
    .addOption(
      new Option('--action <action>', 'what to do').choices(RESPONSE_ACTIONS).makeOptionMandatory(),
    )
    .addOption(
      new Option('--select <how>', 'of quarantine: a label put on the pods, or the owner’s labels')
        .choices(['pods', 'owner'])
        .default('pods'),
    )
    .option('--reason <text>', 'why, for those who approve it', '')
    .action((id: string, options: PlanOptions) => planOne(id, options, io));
  response
    .command('approve')
    .argument('<id>', 'as response list shows it')
    .description('approve a plan, as the operating system user that response.approvers names')
    .option('--hash <hash>', 'of the plan that you looked at: refused where another one stands')
    .action((id: string, options: ConfigOption & { hash?: string }) => approveOne(id, options, io));
  response
    .command('undo')
    .argument('<id>', 'as response list shows it')
    .description('undo a response, or take its plan back')
    .action((id: string, options: ConfigOption) => undoOne(id, options, io));
}

const COLUMNS: readonly Column<Response>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'ACTION', value: ({ action }) => action },
  { title: 'WHERE', value: (response) => targetText(response), maxWidth: 60 },
  { title: 'STATE', value: ({ state }) => state },
  {
    title: 'APPROVED',
    value: ({ approvals, action }) => `${approvals.length}/${approvalsNeeded(action)}`,
  },
  { title: 'PLANNED', value: ({ plannedAt }) => formatTime(plannedAt) },
  { title: 'BY', value: ({ requestedBy }) => requestedBy.who, maxWidth: 24 },
  { title: 'FINDING', value: ({ findingId }) => findingId },
];

async function listAll(
  context: CommandContext,
  isOpen: boolean,
  io: Io,
): Promise<readonly Response[]> {
  const query = { isOpen, namespaces: null, findingId: null, limit: LISTED };
  const found = await withParts(context, io, (parts) => listResponses(query, parts));
  return found.map((one) => ({ ...one, state: shownState(one, io.now()) }));
}

interface ShowOptions {
  readonly evidence?: boolean;
  readonly output: OutputFormat;
}

async function showOne(id: string, options: ConfigOption & ShowOptions, io: Io): Promise<void> {
  await withParts(loadContext(options, io), io, async ({ store, audit }) => {
    const response = await store.get(id);
    if (response === null)
      throw new CommandFailed(`there is no response ${id}: burnwatch response list shows them`);
    if (options.evidence === true) {
      const items = toEvidenceJson(await store.evidence(id));
      io.out(jsonText(items));
      return;
    }
    const trail = await trailOf(id, audit);
    io.out(
      options.output === 'json'
        ? jsonText(toWholeResponseJson(response, trail, io.now()))
        : render(response, io) + renderTrail(trail),
    );
  });
}

/** A response as a person reads it before approving it. */
function render(response: Response, io: Io): string {
  const { id, action, plan, steps, requestedBy, reason, approvals, failure, notes } = response;
  const lines = [
    `${action} ${targetText(response)}: ${shownState(response, io.now())}`,
    `Response ${id} to finding ${response.findingId}`,
    `Asked for by ${requestedBy.who}${reason === '' ? '' : `: ${reason}`}`,
    `Plan ${plan.hash}, good until ${formatTime(response.expiresAt)}`,
    ...(plan.pods.length === 0 ? [] : [`Pods: ${plan.pods.join(', ')}`]),
    ...plan.operations.map(({ text }, index) => `  [${steps[index]}] ${text}`),
    ...plan.warnings.map((text) => `  Note: ${text}`),
    ...(plan.irreversible === null ? [] : [`  Note: ${plan.irreversible}`]),
    `Approved ${approvals.length}/${approvalsNeeded(action)}: ${approvals.map(({ who }) => who).join(', ') || 'none yet'}`,
    ...(response.undoAt === null ? [] : [`Undone by itself at ${formatTime(response.undoAt)}`]),
    ...(failure === null ? [] : [`Failed (${failure.code}): ${failure.message}`]),
    ...notes.map((text) => `Not undone: ${text}`),
  ];
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}

/** Who did what, when and from where: a line each. */
function renderTrail(trail: readonly TrailEntry[]): string {
  const lines = trail.map(({ at, by, via, from, what, code, text }) => {
    const outcome = [code === null ? '' : `refused (${code})`, text].filter((part) => part !== '');
    const who = `${by} via ${via}${from === '' ? '' : ` from ${from}`}`;
    return `  ${formatTime(at)}  ${what.padEnd(12)}  ${[who, ...outcome].join(': ')}`;
  });
  return `Audit trail:\n${lines.map((line) => printable(line)).join('\n')}\n`;
}

async function planOne(id: string, options: PlanOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const finding = await withHistory(context.loaded.config, (reader) => requireFinding(reader, id));
  const { action, select, reason } = options;
  const planned = await withParts(context, io, (parts) =>
    requestPlan({ finding, action, select, reason }, identityOf(io), parts),
  );
  io.out(`${planned.id}\n`);
  io.err(render(planned, io));
}

async function approveOne(
  id: string,
  options: ConfigOption & { readonly hash?: string },
  io: Io,
): Promise<void> {
  const { hash = null } = options;
  const context = loadContext(options, io);
  const { state, approvals, action } = await withParts(context, io, (parts) =>
    approve(id, hash, identityOf(io), parts),
  );
  const missing = approvalsNeeded(action) - approvals.length;
  io.err(
    state === 'approved'
      ? `${id} is approved; the daemon executes it\n`
      : `${id} has your approval and takes ${missing} more\n`,
  );
}

async function undoOne(id: string, options: ConfigOption, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { state } = await withParts(context, io, (parts) => undo(id, identityOf(io), parts));
  io.err(state === 'undoing' ? `the daemon undoes ${id}\n` : `${id} is withdrawn\n`);
}

/** The operating system says who runs the command. */
function identityOf({ user }: Io): Identity {
  return { who: user, via: 'cli', from: hostname(), proof: { kind: 'user', id: user } };
}

async function withParts<T>(
  { loaded: { config }, log }: CommandContext,
  io: Io,
  work: (parts: PlanParts) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  return withOpened(openStores(config.history.path, log), async (stores) => {
    try {
      return await work({ ...responseParts(() => config, stores, stop.signal), now: io.now });
    } catch (error) {
      if (!(error instanceof ResponseRefused)) throw error;
      throw new CommandFailed(`${error.code}: ${error.message}`);
    } finally {
      stop.abort();
    }
  });
}
