/** The folders in which programs are looked for, as the environment has them. */
export function searchPath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.PATH ?? '';
}
