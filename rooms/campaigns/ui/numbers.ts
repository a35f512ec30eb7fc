// Numbers as somebody types or pastes them.

/** One to a line, or between commas; at most as many as the server takes at once. */
export function numbersIn(text: string): string[] {
  const parts = text.split(/[\n\r,，;；、\t]+/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ""))].slice(0, 500);
}
