import { type ParserOptions, parse } from '@babel/parser';

/** One import or re-export of a file: what it names, and whether it is gone after type stripping. */
export interface ModuleReference {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** What a file says about itself: whom it names, and which names it uses from the world around it. */
export interface ParsedModule {
  readonly references: readonly ModuleReference[];
  /** Every use of a global or member of one, as written: `Date`, `Math.random`, `process.env`, `async`. */
  readonly uses: ReadonlySet<string>;
}

const options: ParserOptions = { sourceType: 'module', plugins: ['typescript'] };

/**
 * Parses one TypeScript file. Unlike lexers for bundlers it keeps `import type`, `import('x').T` in types, and
 * dynamic imports: the walls hold for types as well. Throws a SyntaxError for what does not parse.
 */
export function parseModule(source: string): ParsedModule {
  const references: ModuleReference[] = [];
  const uses = new Set<string>();
  walk(parse(source, options).program, (node) => {
    const reference = referenceOf(node);
    if (reference !== null) references.push(reference);
    const use = useOf(node);
    if (use !== null) uses.add(use);
  });
  return { references, uses };
}

/** The titles of the tests in a file, in order; of one from a table its pattern, of a template its fixed parts. */
export function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  walk(parse(source, options).program, (node) => {
    if (node.type !== 'CallExpression' || !isTestCall(node.callee as Node)) return;
    const title = textOf((node.arguments as readonly Node[])[0]);
    if (title !== null) titles.push(title);
  });
  return titles;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function referenceOf(node: Node): ModuleReference | null {
  switch (node.type) {
    case 'ImportDeclaration':
      return reference(node.source, node.importKind === 'type');
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source == null ? null : reference(node.source, node.exportKind === 'type');
    case 'TSImportType':
      return reference(node.argument, true);
    case 'ImportExpression':
      return reference(node.source, false);
    case 'CallExpression': {
      const callee = node.callee as Node;
      const dynamic = callee.type === 'Import' || (callee.type === 'Identifier' && callee.name === 'require');
      return dynamic ? reference((node.arguments as readonly unknown[])[0], false) : null;
    }
    default:
      return null;
  }
}

function reference(source: unknown, typeOnly: boolean): ModuleReference | null {
  let literal = source as Node | undefined;
  if (literal?.type === 'TSLiteralType') literal = literal.literal as Node;
  return literal?.type === 'StringLiteral' ? { from: String(literal.value), typeOnly } : null;
}

/** Whether a callee is `test`, `describe.skipIf(x)`, `test.each(table)` and so on. */
function isTestCall(callee: Node): boolean {
  switch (callee.type) {
    case 'Identifier':
      return ['test', 'it', 'describe'].includes(String(callee.name));
    case 'MemberExpression':
      return isTestCall(callee.object as Node);
    case 'CallExpression':
    case 'TaggedTemplateExpression':
      return isTestCall((callee.callee ?? callee.tag) as Node);
    default:
      return false;
  }
}

function textOf(node: Node | undefined): string | null {
  if (node?.type === 'StringLiteral') return String(node.value);
  if (node?.type !== 'TemplateLiteral') return null;
  const parts = node.quasis as readonly { readonly value: { readonly cooked: string } }[];
  return parts.map(({ value }) => value.cooked).join('…');
}

function useOf(node: Node): string | null {
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'AwaitExpression') return 'await';
  if (node.async === true) return 'async';
  if (node.type !== 'MemberExpression') return null;
  const { object, property } = node as unknown as { object: Node; property: Node };
  const named = object.type === 'Identifier' && property.type === 'Identifier' && node.computed === false;
  return named ? `${String(object.name)}.${String(property.name)}` : null;
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit);
  } else if (isNode(node)) {
    visit(node);
    for (const [key, child] of Object.entries(node)) if (key !== 'loc') walk(child, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
