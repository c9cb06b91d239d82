import { checkBlocks, MAX_TOTAL_TEXT, totalText } from '../blockKit/checkBlocks.ts';
import { isJson, problemText, type BlockProblem, type Json } from '../blockKit/problem.ts';
import { isRecord, jsonArg, SlackRefusal, textArg } from '../calls.ts';
import type { Workspace } from '../workspace.ts';
import type { StoredMessage } from '../stored.ts';
import type { MethodContext } from './method.ts';

/** Slack cuts texts at this length where it does not refuse them. */
const MAX_TEXT = 40_000;
const MAX_METADATA_BYTES = 8_000;

/** Text, blocks and attachments of a call, checked as Slack checks them. @throws SlackRefusal */
export function messageContent({
  args,
  workspace,
}: MethodContext): Pick<StoredMessage, 'text' | 'blocks' | 'attachments'> {
  const text = textArg(args, 'text') ?? '';
  const blocks = jsonArg(args, 'blocks', 'invalid_blocks_format') ?? [];
  const attachments = jsonArg(args, 'attachments', 'invalid_attachments') ?? [];
  if (!Array.isArray(blocks)) throw new SlackRefusal('invalid_blocks_format');
  if (!Array.isArray(attachments) || !attachments.every(isJson)) {
    throw new SlackRefusal('invalid_attachments');
  }
  if (text.trim() === '' && blocks.length === 0 && attachments.length === 0) {
    throw new SlackRefusal('no_text');
  }
  if (text.length > MAX_TEXT) throw new SlackRefusal('msg_too_long');
  if (attachments.length > 100) throw new SlackRefusal('too_many_attachments');
  const inside = attachments.flatMap(({ blocks: inner }) => (inner === undefined ? [] : [inner]));
  for (const list of [blocks, ...inside]) refuseInvalid(checkBlocks(list, fileCheck(workspace)));
  if (totalText([blocks, inside]) > MAX_TOTAL_TEXT) throw new SlackRefusal('msg_blocks_too_long');
  return {
    text,
    blocks: (blocks as readonly Json[]).map((block) => withBlockId(block, workspace)),
    attachments,
  };
}

/** @throws SlackRefusal `code`, with every problem */
export function refuseInvalid(problems: readonly BlockProblem[], code = 'invalid_blocks'): void {
  if (problems.length === 0) return;
  const errors = problems.map(problemText);
  throw new SlackRefusal(code, {
    errors,
    response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) },
  });
}

/** A picture can be shown once its upload was processed. */
function fileCheck(workspace: Workspace): { fileIsReady(id: string): boolean } {
  return {
    fileIsReady: (id) => {
      const file = workspace.files.get(id);
      if (file?.readyAt === undefined || file.readyAt === null) return false;
      return file.readyAt <= workspace.now() && /\.(png|jpe?g|gif)$/i.test(file.name);
    },
  };
}

/** Slack names blocks that have no name. */
function withBlockId(block: Json, workspace: Workspace): Json {
  return block['block_id'] === undefined ? { ...block, block_id: workspace.ids.next('b') } : block;
}

/** Metadata of a call; undefined where none was given, an empty object removes it. @throws SlackRefusal */
export function messageMetadata({ args }: MethodContext): Json | undefined {
  const metadata = jsonArg(args, 'metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  if (!isRecord(metadata)) throw new SlackRefusal('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return metadata;
  const { event_type: type, event_payload: payload } = metadata;
  if (typeof type !== 'string' || type === '' || !isRecord(payload)) {
    throw new SlackRefusal('invalid_metadata_schema');
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    throw new SlackRefusal('metadata_too_large');
  }
  return metadata;
}
