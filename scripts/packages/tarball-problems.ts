import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { SourceManifest } from './packed-manifest.ts';

/**
 * What publint and "are the types wrong" find in a packed package, a line each. Packages are ES modules alone, and doors
 * are those of `exports`: what only readers without either of the two would miss is no problem.
 */
export async function tarballProblems(tarball: string, manifest: SourceManifest): Promise<readonly string[]> {
  const bytes = readFileSync(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages } = await publint({ pack: { tarball: data }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  const found =
    analysis.types === false ? ['it has no types'] : analysis.problems.filter(counts).map(described);
  return [
    ...messages.map(
      (message) => `publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`,
    ),
    ...found.map((problem) => `types: ${problem}`),
  ].map((line) => `${basename(tarball)}: ${line}`);
}

function counts(problem: Problem): boolean {
  if (problem.kind === 'CJSResolvesToESM') return false;
  return !(
    'resolutionKind' in problem &&
    problem.resolutionKind !== 'node16-esm' &&
    problem.resolutionKind !== 'bundler'
  );
}

function described(problem: Problem): string {
  return JSON.stringify(problem);
}
