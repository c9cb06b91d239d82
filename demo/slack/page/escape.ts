/** Text as HTML text or attribute value: whatever is in it, it stays text. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const DOTS: Readonly<Record<string, string>> = {
  '🔴': '#d63333',
  '🟠': '#f08c00',
  '🟡': '#f2c300',
  '🟢': '#2f9e44',
  '🔵': '#1c7ed6',
  '⚪': '#ced4da',
};

/** Draws the round emoji, which a machine without an emoji font would leave empty. */
export function drawDots(html: string): string {
  return html.replace(/🔴|🟠|🟡|🟢|🔵|⚪/gu, (dot) => {
    const fill = DOTS[dot] ?? '#888';
    return `<svg class="dot" viewBox="0 0 16 16" role="img" aria-label="${dot}"><circle cx="8" cy="8" r="7" fill="${fill}"/><circle cx="6" cy="5.5" r="2.2" fill="#fff" opacity=".35"/></svg>`;
  });
}
