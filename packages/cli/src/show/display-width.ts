/** Characters that take two columns of a terminal; those of the planes of emoji and rare ideographs are in blocks. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the character before them, and joiners. */
const none = /[\p{Mn}\p{Me}]|\u200b|\u200c|\u200d/u;

/** How many columns of a terminal a text takes, without control characters in it; near enough for a table. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** The text, or so much of its beginning that it takes `columns` with an ellipsis behind it. */
export function fitText(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let fitted = '';
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    fitted += character;
  }
  return columns < 1 ? '' : `${fitted}…`;
}

function widthOf(character: string): number {
  if (none.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
