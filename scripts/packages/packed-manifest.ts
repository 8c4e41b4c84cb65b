/** A package.json of this repository, as far as packing it is concerned. */
export interface SourceManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface PackedManifest {
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Said, so that what git ignores, as generated code, is packed wherever npm is called. */
const files = ['CHANGELOG.md', 'bin', 'gen', 'shoal', 'src'];

/** What only somebody with the repository needs. */
const left = ['private', 'scripts', 'devDependencies', 'publishConfig', 'exports'];

/**
 * The package.json of a package as others install it. Inside the repository `exports` names the TypeScript source, which
 * Node runs as it is; it does not do so below node_modules, so there each door is the JavaScript built from it, with its
 * types. Doors for tests (below `testing/`) are left out. Throws for a door that is not a TypeScript file.
 */
export function packedManifest(source: SourceManifest): PackedManifest {
  const kept = Object.entries(source).filter(([field]) => !left.includes(field));
  const doors = Object.entries(source.exports ?? {}).filter(([, file]) => !file.includes('/testing/'));
  return {
    ...Object.fromEntries(kept),
    files,
    exports: {
      ...Object.fromEntries(doors.map(([name, file]) => [name, doorOf(source.name, file)])),
      './package.json': './package.json',
    },
  };
}

function doorOf(name: string, file: string): { readonly types: string; readonly default: string } {
  const [, stem] = /^(\.\/.+)\.ts$/.exec(file) ?? [];
  if (stem === undefined) throw new Error(`${name}: expected a door "./….ts", found "${file}"`);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}
