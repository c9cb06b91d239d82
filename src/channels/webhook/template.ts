/** Values that a template may name: texts and numbers, nothing nested. */
export type TemplateValues = Readonly<Record<string, string | number | null>>;

/** A template cannot be used; the message says why. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

const PLACEHOLDER = /"\{\{\s*([a-zA-Z][\w.]*)\s*\}\}"|\{\{\s*([a-zA-Z][\w.]*)\s*\}\}/g;

/**
 * Fills `{{name}}` in a JSON template. Inside a longer string a value is escaped as JSON text; a string
 * that is nothing but a placeholder becomes the value itself, so that numbers stay numbers. Whatever
 * the values hold, the result is the JSON that the template describes.
 *
 * @throws TemplateError for an unknown name, or when the template is no JSON.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const filled = template.replace(
    PLACEHOLDER,
    (_, whole: string | undefined, part: string | undefined) => {
      const name = whole ?? part ?? '';
      const value = values[name];
      if (value === undefined) {
        const names = Object.keys(values).join(', ');
        throw new TemplateError(`{{${name}}} is not known; there are ${names}`);
      }
      if (whole !== undefined) return JSON.stringify(value);
      return JSON.stringify(String(value ?? '')).slice(1, -1);
    },
  );
  try {
    JSON.parse(filled);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TemplateError(`is not JSON once it is filled in: ${reason}`);
  }
  return filled;
}
