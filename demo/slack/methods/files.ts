import { randomBytes } from 'node:crypto';
import {
  invalidArguments,
  isRecord,
  jsonArg,
  requiredArg,
  SlackRefusal,
  textArg,
} from '../calls.ts';
import type { Workspace } from '../workspace.ts';
import type { StoredFile } from '../stored.ts';
import type { Method, MethodContext } from './method.ts';
import { conversationForPosting, requireMember } from './targets.ts';

const getUploadUrl: Method = {
  scopes: ['files:write'],
  token: 'bot',
  run: ({ workspace, args, baseUrl }) => {
    const name = requiredArg(args, 'filename');
    const length = Number(requiredArg(args, 'length'));
    if (!Number.isInteger(length) || length <= 0) throw invalidArguments('invalid length');
    const altText = textArg(args, 'alt_text') ?? null;
    if (altText !== null && altText.length > 1_000) throw new SlackRefusal('alt_txt_too_large');
    const id = workspace.ids.next('F');
    const uploadKey = randomBytes(12).toString('hex');
    const file = { id, name, title: name, altText, length, uploadKey, bytes: null, readyAt: null };
    workspace.files.set(id, file);
    return { upload_url: `${baseUrl}/upload/v1/${uploadKey}`, file_id: id };
  },
};

const completeUpload: Method = {
  scopes: ['files:write'],
  token: 'bot',
  run: (context) => {
    const { workspace, args } = context;
    const list = jsonArg(args, 'files', 'invalid_arguments');
    if (!Array.isArray(list) || list.length === 0)
      throw invalidArguments('missing required field: files');
    const files = list.map((entry: unknown) => uploaded(entry, workspace));
    for (const file of files) file.readyAt = workspace.now() + workspace.fileProcessingMs;
    share(context, files);
    return { files: files.map((file) => fileJson(file, context)) };
  },
};

/** @throws SlackRefusal `file_not_found` where nothing was uploaded to the address. */
function uploaded(entry: unknown, workspace: Workspace): StoredFile {
  if (!isRecord(entry)) throw invalidArguments('files must be a list of objects');
  const file = workspace.files.get(String(entry['id']));
  if (file === undefined || file.bytes === null) throw new SlackRefusal('file_not_found');
  if (typeof entry['title'] === 'string') file.title = entry['title'];
  return file;
}

/** With a channel the files are posted there, else only the app has them. */
function share(context: MethodContext, files: readonly StoredFile[]): void {
  const { args, workspace } = context;
  const channel = textArg(args, 'channel_id') ?? textArg(args, 'channels');
  if (channel === undefined) return;
  if (!/^[CDG]/.test(channel)) throw new SlackRefusal('channel_not_found');
  const conversation = conversationForPosting(context, channel);
  requireMember(conversation);
  workspace.add({
    ts: workspace.ids.ts(),
    channel: conversation.id,
    threadTs: textArg(args, 'thread_ts') ?? null,
    broadcast: false,
    text: textArg(args, 'initial_comment') ?? '',
    blocks: [],
    attachments: [],
    metadata: null,
    files: files.map(({ id }) => id),
    editedTs: null,
    onlyFor: null,
  });
}

const info: Method = {
  scopes: ['files:read'],
  token: 'bot',
  run: (context) => {
    const file = context.workspace.files.get(requiredArg(context.args, 'file'));
    if (file === undefined) throw new SlackRefusal('file_not_found');
    return { file: fileJson(file, context) };
  },
};

function fileJson(
  { id, name, title, altText, bytes }: StoredFile,
  { baseUrl }: MethodContext,
): Readonly<Record<string, unknown>> {
  const address = `${baseUrl}/files/${id}/${encodeURIComponent(name)}`;
  return {
    id,
    name,
    title,
    size: bytes?.length ?? 0,
    url_private: address,
    permalink: address,
    ...(altText !== null && { alt_txt: altText }),
  };
}

export const fileMethods: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
  'files.info': info,
};

/** Takes the bytes of an upload; answers as Slack does. @throws SlackRefusal */
export function takeUpload(workspace: Workspace, key: string, bytes: Buffer): string {
  const file = [...workspace.files.values()].find(({ uploadKey }) => uploadKey === key);
  if (file === undefined) throw new SlackRefusal('file_not_found');
  if (bytes.length !== file.length) throw new SlackRefusal('length_mismatch');
  file.bytes = bytes;
  return `OK - ${bytes.length}`;
}
