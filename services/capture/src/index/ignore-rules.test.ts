import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytePath } from './byte-path.ts';
import { defaultIgnores } from './default-ignores.ts';
import { ignoreRules } from './ignore-rules.ts';
import { ignoredByGit } from './testing/ignored-by-git.ts';

const root = bytePath('/data');

function ignoredOf(patterns: readonly string[], paths: readonly string[], isDefault = false): string[] {
  const rules = ignoreRules(root, { isDefault, patterns }, []);
  return paths.filter((path) => rules.isIgnored(bytePath(path.replace(/\/$/, '')), path.endsWith('/')));
}

/** Folders end in `/`. */
const tree = [
  ...[
    'hello',
    'hello.c',
    '#hash',
    '!bang',
    'trail',
    'trail ',
    'a*b',
    'axb',
    'back\\slash',
    'x[1].txt',
    'x1.txt',
  ],
  ...['a b/', 'a b/c', 'B.LOG', 'b.log', 'logs/', 'logs/debug.log', 'logs/keep.log', 'f.tmp', 'tmp.tmp/'],
  ...[
    'tmp.tmp/in',
    '~$report.docx',
    'build/',
    'build/x',
    'build/keep/',
    'build/keep/y',
    'doc/',
    'doc/frotz/',
  ],
  ...['doc/frotz/q', 'foo/', 'foo/hello.c', 'foo/test.json', 'foo/bar/', 'foo/bar/z', 'foo/bar/deep/'],
  ...['foo/bar/deep/w', 'src/', 'src/x.o', 'src/build/', 'src/build/o'],
];

const below = (folder: string) => tree.filter((path) => path.startsWith(folder));

// Each answer is the one of `git check-ignore` (2.39) for these files.
test.each<[string[], string[]]>([
  [['hello.*'], ['hello.c', 'foo/hello.c']],
  [['/hello.*'], ['hello.c']],
  [['foo/'], below('foo/')],
  [['foo/*'], below('foo/').slice(1)],
  [['foo/**'], below('foo/').slice(1)],
  [
    ['/foo/*', '!/foo/bar', '/foo/bar/*', '!/foo/bar/deep'],
    ['foo/hello.c', 'foo/test.json', 'foo/bar/z'],
  ],
  [
    ['build/', '!build/keep/'],
    [...below('build/'), ...below('src/build/')],
  ],
  [['build/*', '!build/keep/'], ['build/x']],
  [['doc/frotz'], below('doc/frotz/')],
  [['frotz/'], below('doc/frotz/')],
  [['**/build'], [...below('build/'), ...below('src/build/')]],
  [['/build'], below('build/')],
  [['**/bar/z'], ['foo/bar/z']],
  [
    ['foo/**/w', 'foo/**/z'],
    ['foo/bar/z', 'foo/bar/deep/w'],
  ],
  [['foo/bar'], below('foo/bar/')],
  [['bar/z'], []],
  [['/**/deep/'], below('foo/bar/deep/')],
  [
    ['\\#hash', '\\!bang'],
    ['#hash', '!bang'],
  ],
  [['#hash'], []],
  [['trail\\ '], ['trail ']],
  [['trail '], ['trail']],
  [['a\\*b'], ['a*b']],
  [['a?b'], ['a*b', 'axb', 'a b/', 'a b/c']],
  [
    ['*.log', '!keep.log'],
    ['b.log', 'logs/debug.log'],
  ],
  [['*.[oa]'], ['src/x.o']],
  [['[[:upper:]].LOG'], ['B.LOG']],
  [['x\\[1\\].txt'], ['x[1].txt']],
  [['x[1].txt'], ['x1.txt']],
  [['back\\\\slash'], ['back\\slash']],
  [['*.tmp', '!*.tmp/'], ['f.tmp']],
  [['~$*'], ['~$report.docx']],
  [['*', '!*/', '!*.c'], tree.filter((path) => !path.endsWith('/') && !path.endsWith('.c'))],
])('the patterns %j leave out what git ignores', (patterns, expected) => {
  expect(ignoredOf(patterns, tree)).toEqual(tree.filter((path) => expected.includes(path)));
});

const characters = (...all: string[]) =>
  fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const names = characters('a', 'b', 'ab', '.', '-').filter((name) => !/^\.+$/.test(name));
const segments = fc.oneof(
  {
    weight: 6,
    arbitrary: characters('a', 'b', '*', '?', '[ab]', '[!a]', '[a-b]', '\\a', '.', '-').filter(
      (segment) => !/^\.+$|\*\*/.test(segment),
    ),
  },
  { weight: 1, arbitrary: fc.constant('**') },
);
const patterns = fc
  .tuple(
    fc.constantFrom('', '', '!'),
    fc.constantFrom('', '', '/'),
    fc.array(segments, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '/'),
  )
  .map(([negation, anchor, parts, folder]) => negation + anchor + parts.join('/') + folder);
/** Paths with all folders above them. */
const trees = fc.array(fc.array(names, { minLength: 1, maxLength: 4 }), { maxLength: 12 }).map((paths) => [
  ...new Set(
    paths.flatMap((path) => {
      const folders = path.slice(1).map((_, index) => `${path.slice(0, index + 1).join('/')}/`);
      // One path is a file only where no other one makes a folder of it.
      const isFolder = paths.some(
        (other) => `${other.join('/')}/`.startsWith(`${path.join('/')}/`) && other.length > path.length,
      );
      return isFolder ? folders : [...folders, path.join('/')];
    }),
  ),
]);

test('of any folder and any patterns that is left out which the manual of git says', () => {
  fc.assert(
    fc.property(fc.array(patterns, { maxLength: 4 }), trees, (some, paths) => {
      const expected = ignoredByGit(some, paths);
      expect(ignoredOf(some, paths)).toEqual(paths.filter((path) => expected.has(path)));
    }),
    { numRuns: 2_000 },
  );
});

test('the answer for a path is the same in whatever order paths are asked', () => {
  fc.assert(
    fc.property(fc.array(patterns, { maxLength: 4 }), trees, (some, paths) => {
      expect(ignoredOf(some, paths.toReversed()).toReversed()).toEqual(ignoredOf(some, paths));
    }),
    { numRuns: 300 },
  );
});

describe('the default list', () => {
  test('leaves out what systems and programs make again, in any folder', () => {
    const rubbish = [
      ...['.git/', '.hg/', '.svn/', 'node_modules/', '.shoal/', '.cache/', '.Trash-1000/', '.Trashes/'],
      ...['lost+found/', '$RECYCLE.BIN/', 'System Volume Information/', '@eaDir/', '.Spotlight-V100/'],
      ...['.DS_Store', '._IMG_1.JPG', 'Thumbs.db', 'thumbs.db', 'desktop.ini', 'Desktop.ini', 'x.tmp'],
      ...[
        '~$letter.docx',
        '.~lock.letter.odt#',
        '.letter.txt.swp',
        'film.mp4.crdownload',
        '.nfs00000000012c',
      ],
    ];
    const all = [...rubbish, ...rubbish.map((name) => `photos/2024/${name}`)];
    expect(ignoredOf([], all, true)).toEqual(all);
    expect(ignoredOf([], all, false)).toEqual([]);
  });

  test('spares what a person may have made', () => {
    const kept = [
      ...[
        '.gitignore',
        '.github/',
        '.config/',
        '.bashrc',
        'git/',
        'build/',
        'dist/',
        'target/',
        'tmp/',
        'temp/',
      ],
      ...[
        'letter.docx',
        'letter.docx~',
        'letter.bak',
        'old.tmp/',
        'Thumbs/',
        'cache/',
        'film.part',
        'x.log',
        'lost',
      ],
      ...[
        'IMG_1.JPG',
        'IMG_1.xmp',
        '.hidden.jpg',
        'desktop',
        'Trash/',
        '.nfsrc',
        '$money.xlsx',
        '~notes',
        '_a.jpg',
      ],
    ];
    expect(ignoredOf([], kept, true)).toEqual([]);
  });

  test('gives way to a pattern of the location', () => {
    const paths = ['.git/', '.git/config', 'a/Thumbs.db', 'x.tmp'];
    expect(ignoredOf(['!.git/', '!*.tmp'], paths, true)).toEqual(['a/Thumbs.db']);
  });

  test('has no pattern twice', () => {
    expect(new Set(defaultIgnores).size).toBe(defaultIgnores.length);
  });
});

test('homes below the root are left out whatever the patterns say, and only they', () => {
  const rules = ignoreRules(root, { isDefault: false, patterns: ['!**'] }, [
    '/data/x/home',
    '/elsewhere',
    '/dat',
  ]);
  const isIgnored = (path: string) => rules.isIgnored(bytePath(path), true);
  expect(['x/home', 'x/home/libraries'].map(isIgnored)).toEqual([true, true]);
  expect(['x', 'x/homes', 'elsewhere', ''].map(isIgnored)).toEqual([false, false, false, false]);
  const whole = ignoreRules(bytePath('/'), { isDefault: false, patterns: [] }, ['/data/home']);
  expect(['data/home', 'data'].map((path) => whole.isIgnored(bytePath(path), true))).toEqual([true, false]);
});

test('names that are not UTF-8 are matched as they are shown, where a pattern quotes the backslash', () => {
  const rules = ignoreRules(root, { isDefault: false, patterns: ['gr\\\\xfcn', '/\\\\xff*'] }, []);
  const isIgnored = (...bytes: (string | number)[]) =>
    rules.isIgnored(
      bytePath(Buffer.concat(bytes.map((part) => Buffer.from(typeof part === 'number' ? [part] : part)))),
      false,
    );
  expect(isIgnored('a/gr', 0xfc, 'n')).toBe(true);
  expect(isIgnored(0xff, 'A')).toBe(true);
  expect(isIgnored('grün')).toBe(false);
  expect(isIgnored('a/', 0xff, 'A')).toBe(false);
});

test('names in any script are matched by their text', () => {
  expect(ignoredOf(['Ürlaub/', '*写真'], ['a/Ürlaub/', 'Urlaub/', '旧写真', 'b/写真.jpg'])).toEqual([
    'a/Ürlaub/',
    '旧写真',
  ]);
});

test('what was answered for many paths is forgotten, not changed', () => {
  const paths = Array.from({ length: 25_000 }, (_, index) => `d${index % 7}/f${index}`);
  const expected = paths.filter((path) => path.startsWith('d3/') || path.endsWith('99'));
  expect(ignoredOf(['d3/', '*99'], paths)).toEqual(expected);
});
