/** Texts of hours, each of its own: the hour that comes twice when clocks are put back is told apart. */
export function hourLabels(texts: readonly string[]): string[] {
  return texts.map((text, at) => (text === texts[at - 1] ? `${text} (2)` : text));
}
