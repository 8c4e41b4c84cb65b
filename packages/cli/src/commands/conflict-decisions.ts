import {
  conflictToJson,
  DecisionKind,
  type FieldValue,
  fromJson,
  type JsonConflict,
  versionFromText,
} from '@shoal/client';
import { asShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { describeConflict, describeSides } from '../describe-conflict.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { parseInteger } from '../parse-argument.ts';
import { readJsonArgument } from '../read-json-argument.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';
import { type DeviceLibrary, withLibrary } from '../with-device.ts';

/** `shoal conflicts keep|flip|restore ID`: decides what met, on this device and for all of them (MRG-8). */
export function addConflictDecisions(parent: Command, surroundings: Surroundings): void {
  const { DECISION_KIND_KEEP, DECISION_KIND_FLIP, DECISION_KIND_RESTORE } = DecisionKind;
  const keep = addLibraryCommand(parent, 'keep <id>', 'what is shown stays, on all devices');
  setAction(keep, DECISION_KIND_KEEP, surroundings);
  keep.addHelpText('after', helpExamples('conflicts keep 7'));

  const flip = addLibraryCommand(parent, 'flip <id>', 'another of the values is shown, on all devices');
  addChoices(flip, 'the only other one');
  setAction(flip, DECISION_KIND_FLIP, surroundings);
  flip.addHelpText('after', helpExamples('conflicts flip 7', 'conflicts flip 7 --to 3'));

  const restore = addLibraryCommand(
    parent,
    'restore <id>',
    'brings back what a delete hid, or a value that a settled conflict lost',
  );
  addChoices(restore, 'the only one that is lost');
  setAction(restore, DECISION_KIND_RESTORE, surroundings);
  restore.addHelpText(
    'after',
    helpExamples('conflicts restore 7', 'conflicts restore 7 --fields \'{"canonical_name":"holiday"}\''),
  );
}

interface DecideOptions extends LibraryOptions {
  readonly to?: string;
  readonly fields?: string;
  readonly versionRead?: string;
}

const anyInteger = { min: 1, max: Number.MAX_SAFE_INTEGER };
const anySide = { min: 1, max: 0xffff_ffff };

function addChoices(command: Command, only: string): void {
  command
    .option('--to <number>', `which value, by its number in \`conflicts show\` (default: ${only})`)
    .option('--fields <json>', 'fields of a record that is brought back; - reads them from stdin');
}

function setAction(command: Command, decision: DecisionKind, surroundings: Surroundings): void {
  command
    .option(
      '--version-read <version>',
      'the version that `conflicts show --json` gave: what changed since is not decided upon',
    )
    .action(async (id: string, options: DecideOptions) => {
      const { fields, to, versionRead } = options;
      const wanted = {
        decision,
        conflictId: parseInteger(id, 'id', anyInteger),
        side: to === undefined ? 0 : parseInteger(to, 'to', anySide),
        fields: fields === undefined ? [] : fromJson(await readJsonArgument(fields, surroundings.stdin)),
        seen: versionRead === undefined ? undefined : versionFromText(versionRead),
      };
      const output = outputOf(surroundings, options);
      const tell = (json: JsonConflict) =>
        output.result(json, () => [describeConflict(json), ...describeSides(json)]);
      await withLibrary(options, async (device) => tell(await decide(device, wanted, tell)));
    });
}

interface Wanted {
  readonly decision: DecisionKind;
  readonly conflictId: number;
  readonly side: number;
  readonly fields: FieldValue[];
  /** Undefined: what the conflict says now. */
  readonly seen: JsonVersion | undefined;
}

type JsonVersion = ReturnType<typeof versionFromText>;

/** Decides; where something changed since it was shown, `tellNow` hears what it is now before that is thrown. */
async function decide(
  { gateway, libraryId }: DeviceLibrary,
  { conflictId, seen, ...wanted }: Wanted,
  tellNow: (json: JsonConflict) => void,
): Promise<JsonConflict> {
  const read = () => gateway.getConflict({ libraryId, conflictId });
  try {
    const version = seen ?? (await read()).version;
    return conflictToJson(await gateway.decideConflict({ libraryId, conflictId, seen: version, ...wanted }));
  } catch (error) {
    if (asShoalError(error).code === 'changed-since') tellNow(conflictToJson(await read()));
    throw error;
  }
}
