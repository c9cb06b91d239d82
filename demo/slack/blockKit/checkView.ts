import { BLOCK_ID, checkBlock } from './checkBlocks.ts';
import { ACTION_ID } from './elements.ts';
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

/** Slack's published limits (docs.slack.dev/reference/views, block-kit/blocks/input-block). */
const TITLE = 24;
const METADATA = 3_000;
const MAX_BLOCKS = 100;
const LABEL = 2_000;
const MAX_INPUT_LENGTH = 3_000;
const PLAIN = ['plain_text'] as const;

/** What Slack would refuse in a modal, in Slack's words. */
export function checkView(view: Json, context: BlockContext): readonly BlockProblem[] {
  const { type, title, submit, close, blocks } = view;
  if (type !== 'modal') return problem('/type', `unsupported type: ${String(type)}`);
  const hasInputs =
    Array.isArray(blocks) && blocks.some((block) => isJson(block) && block['type'] === 'input');
  const keys = ['type', 'title', 'blocks', 'submit', 'close', 'private_metadata', 'callback_id'];
  return [
    ...checkKeys(view, '', [...keys, 'clear_on_close', 'notify_on_close', 'external_id']),
    ...checkText(title, '/title', TITLE, PLAIN),
    ...checkOptionalText(submit, '/submit', TITLE, PLAIN),
    ...checkOptionalText(close, '/close', TITLE, PLAIN),
    ...checkOptional(view['private_metadata'], '/private_metadata', METADATA),
    ...checkOptional(view['callback_id'], '/callback_id', 255),
    ...(hasInputs && submit === undefined
      ? problem('/submit', 'submit is required when an input block is within blocks')
      : []),
    ...checkList(blocks, '/blocks', [1, MAX_BLOCKS], (block, pointer) =>
      block['type'] === 'input' ? checkInput(block, pointer) : checkBlock(block, pointer, context),
    ),
  ];
}

function checkInput(block: Json, pointer: string): readonly BlockProblem[] {
  const { label, hint, element } = block;
  const keys = ['type', 'block_id', 'label', 'element', 'hint', 'optional', 'dispatch_action'];
  return [
    ...checkKeys(block, pointer, keys),
    ...checkOptional(block['block_id'], `${pointer}/block_id`, BLOCK_ID),
    ...checkText(label, `${pointer}/label`, LABEL, PLAIN),
    ...checkOptionalText(hint, `${pointer}/hint`, LABEL, PLAIN),
    ...(isJson(element)
      ? checkInputElement(element, `${pointer}/element`)
      : problem(pointer, 'missing required field: element')),
  ];
}

function checkInputElement(element: Json, pointer: string): readonly BlockProblem[] {
  const { type, placeholder } = element;
  const common = [
    ...checkOptional(element['action_id'], `${pointer}/action_id`, ACTION_ID),
    ...checkOptionalText(placeholder, `${pointer}/placeholder`, 150, PLAIN),
  ];
  const keys = ['type', 'action_id', 'placeholder', 'focus_on_load'];
  switch (type) {
    case 'datepicker': {
      const date = element['initial_date'];
      const isDate = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date);
      return [
        ...common,
        ...checkKeys(element, pointer, [...keys, 'initial_date', 'confirm']),
        ...(date === undefined || isDate
          ? []
          : problem(`${pointer}/initial_date`, 'must be a date')),
      ];
    }
    case 'plain_text_input':
      return [
        ...common,
        ...checkKeys(element, pointer, [
          ...keys,
          'initial_value',
          'multiline',
          'min_length',
          'max_length',
        ]),
        ...checkLength(element['min_length'], `${pointer}/min_length`, 0),
        ...checkLength(element['max_length'], `${pointer}/max_length`, 1),
        ...checkOptional(element['initial_value'], `${pointer}/initial_value`, MAX_INPUT_LENGTH),
      ];
    default:
      return problem(pointer, `unsupported type: ${String(type)}`);
  }
}

function checkLength(value: unknown, pointer: string, min: number): readonly BlockProblem[] {
  if (value === undefined) return [];
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= MAX_INPUT_LENGTH
    ? []
    : problem(pointer, `must be between ${min} and ${MAX_INPUT_LENGTH}`);
}
