/** A number of something, for people: `1 change`, `2 changes`, or in whatever words are given for one and for many. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
