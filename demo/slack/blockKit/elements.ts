import {
  checkKeys,
  checkList,
  checkOptional,
  checkString,
  problem,
  type BlockContext,
  type BlockProblem,
  type Json,
} from './problem.ts';
import { checkOptionalText, checkText, checkUrl } from './text.ts';

const OPTION_TEXT = 75;
const OPTION_VALUE = 150;
const BUTTON_TEXT = 75;
const BUTTON_VALUE = 2_000;
export const ACTION_ID = 255;
const ALT_TEXT = 2_000;

/** An element of an actions block or a section's accessory. */
export function checkElement(
  element: Json,
  pointer: string,
  context: BlockContext,
): readonly BlockProblem[] {
  switch (element['type']) {
    case 'button':
      return checkButton(element, pointer);
    case 'overflow':
      return [
        ...checkKeys(element, pointer, ['type', 'action_id', 'options', 'confirm']),
        ...checkOptional(element['action_id'], `${pointer}/action_id`, ACTION_ID),
        ...checkList(element['options'], `${pointer}/options`, [1, 5], checkOption),
      ];
    case 'static_select':
      return [
        ...checkOptional(element['action_id'], `${pointer}/action_id`, ACTION_ID),
        ...checkText(element['placeholder'], `${pointer}/placeholder`, 150, ['plain_text']),
        ...checkList(element['options'], `${pointer}/options`, [1, 100], checkOption),
      ];
    case 'image':
      return checkImage(element, pointer, context, ['type', 'image_url', 'alt_text', 'slack_file']);
    default:
      return problem(pointer, `unsupported type: ${String(element['type'])}`);
  }
}

function checkButton(button: Json, pointer: string): readonly BlockProblem[] {
  const { text, action_id: actionId, url, value, style, accessibility_label: label } = button;
  const keys = ['type', 'text', 'action_id', 'url', 'value', 'style', 'confirm'];
  return [
    ...checkKeys(button, pointer, [...keys, 'accessibility_label']),
    ...checkText(text, `${pointer}/text`, BUTTON_TEXT, ['plain_text']),
    ...checkOptional(actionId, `${pointer}/action_id`, ACTION_ID),
    ...(url === undefined ? [] : checkUrl(url, `${pointer}/url`)),
    ...checkOptional(value, `${pointer}/value`, BUTTON_VALUE),
    ...checkOptional(label, `${pointer}/accessibility_label`, 75),
    ...(style === undefined || style === 'primary' || style === 'danger'
      ? []
      : problem(`${pointer}/style`, 'must be one of: primary, danger')),
  ];
}

function checkOption(option: Json, pointer: string): readonly BlockProblem[] {
  const { text, value, url, description } = option;
  return [
    ...checkKeys(option, pointer, ['text', 'value', 'url', 'description']),
    ...checkText(text, `${pointer}/text`, OPTION_TEXT, ['plain_text', 'mrkdwn']),
    ...checkString(value, `${pointer}/value`, OPTION_VALUE),
    ...(url === undefined ? [] : checkUrl(url, `${pointer}/url`)),
    ...checkOptionalText(description, `${pointer}/description`, OPTION_TEXT, ['plain_text']),
  ];
}

/** A picture by address or by uploaded file, exactly one of them; the alt text is required. */
export function checkImage(
  image: Json,
  pointer: string,
  context: BlockContext,
  keys: readonly string[],
): readonly BlockProblem[] {
  const { image_url: url, slack_file: file, alt_text: alt } = image;
  const source = (): readonly BlockProblem[] => {
    if ((url === undefined) === (file === undefined)) {
      return problem(pointer, 'must define either image_url or slack_file');
    }
    if (url !== undefined) return checkUrl(url, `${pointer}/image_url`);
    const { id } = file as Json;
    const at = `${pointer}/slack_file`;
    if (typeof id !== 'string') return problem(at, 'missing required field: id');
    return context.fileIsReady(id) ? [] : problem(at, 'invalid slack file');
  };
  return [
    ...checkKeys(image, pointer, keys),
    ...(alt === undefined
      ? problem(pointer, 'missing required field: alt_text')
      : typeof alt === 'string' && alt.length <= ALT_TEXT
        ? []
        : problem(`${pointer}/alt_text`, `must be less than ${ALT_TEXT + 1} characters`)),
    ...source(),
  ];
}
