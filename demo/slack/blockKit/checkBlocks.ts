import { checkElement, checkImage } from './elements.ts';
import {
  checkKeys,
  checkList,
  checkOptional,
  isJson,
  problem,
  type BlockContext,
  type BlockProblem,
  type Json,
} from './problem.ts';
import { checkOptionalText, checkText } from './text.ts';

/** Slack's published limits (docs.slack.dev/reference/block-kit). */
const MAX_BLOCKS = 50;
export const BLOCK_ID = 255;
const BOTH = ['plain_text', 'mrkdwn'] as const;

/**
 * All characters of a message's texts together: not published; Slack's developers name 12,000 with
 * a margin for the containers (slackapi/bolt-js#2509), so the lower figure is kept.
 */
export const MAX_TOTAL_TEXT = 12_000;

/**
 * What Slack would refuse in a message's blocks, in Slack's words. Written from Slack's public
 * reference, not from what Burnwatch sends.
 */
export function checkBlocks(blocks: unknown, context: BlockContext): readonly BlockProblem[] {
  if (!Array.isArray(blocks)) return problem('/blocks', 'must be an array');
  if (blocks.length > MAX_BLOCKS) {
    return problem('/blocks', `no more than ${MAX_BLOCKS} items allowed`);
  }
  const problems: BlockProblem[] = [];
  const seen = new Set<string>();
  blocks.forEach((block: unknown, index) => {
    const pointer = `/blocks/${index}`;
    if (!isJson(block)) {
      problems.push({ message: 'must be an object', pointer });
      return;
    }
    const id = block['block_id'];
    problems.push(...checkOptional(id, `${pointer}/block_id`, BLOCK_ID));
    if (typeof id === 'string' && id !== '') {
      if (seen.has(id)) problems.push({ message: `block_id already exists: ${id}`, pointer });
      seen.add(id);
    }
    problems.push(...checkBlock(block, pointer, context));
  });
  return problems;
}

/** One block that a message and a dialog may hold. */
export function checkBlock(
  block: Json,
  pointer: string,
  context: BlockContext,
): readonly BlockProblem[] {
  const keys = (...own: readonly string[]) =>
    checkKeys(block, pointer, ['type', 'block_id', ...own]);
  switch (block['type']) {
    case 'divider':
      return keys();
    case 'header':
      return [
        ...keys('text', 'level'),
        ...checkText(block['text'], `${pointer}/text`, 150, ['plain_text']),
      ];
    case 'section':
      return [
        ...keys('text', 'fields', 'accessory', 'expand'),
        ...checkSection(block, pointer, context),
      ];
    case 'context':
      return [
        ...keys('elements'),
        ...checkList(block['elements'], `${pointer}/elements`, [1, 10], (element, at) =>
          element['type'] === 'image'
            ? checkElement(element, at, context)
            : checkText(element, at, 3_000, BOTH),
        ),
      ];
    case 'image':
      return [
        ...checkImage(block, pointer, context, [
          'type',
          'block_id',
          'image_url',
          'slack_file',
          'alt_text',
          'title',
        ]),
        ...checkOptionalText(block['title'], `${pointer}/title`, 2_000, ['plain_text']),
      ];
    case 'actions':
      return [...keys('elements'), ...checkActions(block, pointer, context)];
    default:
      return problem(pointer, `unsupported type: ${String(block['type'])}`);
  }
}

function checkSection(
  block: Json,
  pointer: string,
  context: BlockContext,
): readonly BlockProblem[] {
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) {
    return problem(pointer, 'must define either text or fields');
  }
  return [
    ...checkOptionalText(text, `${pointer}/text`, 3_000, BOTH),
    ...(fields === undefined
      ? []
      : checkList(fields, `${pointer}/fields`, [1, 10], (field, at) =>
          checkText(field, at, 2_000, BOTH),
        )),
    ...(accessory === undefined
      ? []
      : isJson(accessory)
        ? checkElement(accessory, `${pointer}/accessory`, context)
        : problem(`${pointer}/accessory`, 'must be an object')),
  ];
}

/** Elements are checked one by one, and their action ids are unique in the block. */
function checkActions(
  block: Json,
  pointer: string,
  context: BlockContext,
): readonly BlockProblem[] {
  const at = `${pointer}/elements`;
  const problems = [
    ...checkList(block['elements'], at, [1, 25], (element, own) =>
      checkElement(element, own, context),
    ),
  ];
  const seen = new Set<unknown>();
  for (const element of Array.isArray(block['elements']) ? block['elements'] : []) {
    const id = isJson(element) ? element['action_id'] : undefined;
    if (typeof id !== 'string') continue;
    if (seen.has(id)) problems.push({ message: `action_id already exists: ${id}`, pointer: at });
    seen.add(id);
  }
  return problems;
}

/** Characters of every text in the blocks, for `msg_blocks_too_long`. */
export function totalText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + totalText(item), 0);
  if (!isJson(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (key === 'text' && typeof inner === 'string' ? inner.length : totalText(inner)),
    0,
  );
}
