import {
  conflictToJson,
  DecisionKind,
  type FieldValue,
  fromJson,
  type JsonConflict,
  versionFromText,
} from '@shoal/client';
import { asShoalError, ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { parseInteger } from '../ask/parse-argument.ts';
import { parseSide } from '../ask/parse-side.ts';
import { readJsonArgument } from '../ask/read-json-argument.ts';
import { type DeviceLibrary, withLibrary } from '../ask/with-device.ts';
import { helpExamples } from '../help-examples.ts';
import { addLibraryCommand, type LibraryOptions } from '../leaf-command.ts';
import { describeConflict, describeSides } from '../show/describe-conflict.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

/** `shoal conflicts keep|flip|restore ID`: decides what met, on this device and for all of them (MRG-8). */
export function addConflictDecisions(parent: Command, surroundings: Surroundings): void {
  const { DECISION_KIND_KEEP, DECISION_KIND_FLIP, DECISION_KIND_RESTORE } = DecisionKind;
  const keep = addLibraryCommand(parent, 'keep <id...>', 'what is shown stays, on all devices');
  setAction(keep, DECISION_KIND_KEEP, surroundings);
  keep.addHelpText('after', helpExamples('conflicts keep 7', 'conflicts keep 7 8 9'));

  const flip = addLibraryCommand(parent, 'flip <id...>', 'another of the values is shown, on all devices');
  addChoices(flip, 'the only other one');
  setAction(flip, DECISION_KIND_FLIP, surroundings);
  flip.addHelpText(
    'after',
    helpExamples(
      'conflicts flip 7',
      'conflicts flip 7 --to 3',
      'conflicts flip 7 --to local',
      'conflicts flip 7 --fields \'{"color":"green"}\'',
    ),
  );

  const restore = addLibraryCommand(
    parent,
    'restore <id...>',
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

function addChoices(command: Command, only: string): void {
  command
    .option(
      '--to <side>',
      `which value: its number in \`conflicts show\`, local for this device's, remote for the other's (default: ${only})`,
    )
    .option(
      '--fields <json>',
      'values made by hand, or for a record that is brought back; - reads them from stdin',
    );
}

function setAction(command: Command, decision: DecisionKind, surroundings: Surroundings): void {
  command
    .option(
      '--version-read <version>',
      'the version that `conflicts show --json` gave: what changed since is not decided upon',
    )
    .addHelpText(
      'after',
      '\nOf several each is decided by itself, up to the first that is refused; with --json one in a line.',
    )
    .action(async (ids: readonly string[], options: DecideOptions) => {
      const { fields, to, versionRead } = options;
      if (versionRead !== undefined && ids.length > 1) refuseVersion();
      const conflictIds = ids.map((id) => parseInteger(id, 'id', anyInteger));
      const wanted = {
        decision,
        to,
        fields: fields === undefined ? [] : fromJson(await readJsonArgument(fields, surroundings.stdin)),
        seen: versionRead === undefined ? undefined : versionFromText(versionRead),
      };
      const output = outputOf(surroundings, options);
      const tell = (json: JsonConflict) =>
        output.result(json, () => [describeConflict(json), ...describeSides(json)]);
      await withLibrary(options, async (device) => {
        for (const conflictId of conflictIds) tell(await decide(device, { conflictId, ...wanted }, tell));
      });
    });
}

interface Wanted {
  readonly decision: DecisionKind;
  readonly conflictId: number;
  readonly to: string | undefined;
  readonly fields: FieldValue[];
  /** Undefined: what the conflict says now. */
  readonly seen: ReturnType<typeof versionFromText> | undefined;
}

/** Decides; where something changed since it was shown, `tellNow` hears what it is now before that is thrown. */
async function decide(
  { gateway, libraryId, home }: DeviceLibrary,
  { conflictId, seen, to, decision, fields }: Wanted,
  tellNow: (json: JsonConflict) => void,
): Promise<JsonConflict> {
  const conflict = await gateway.getConflict({ libraryId, conflictId });
  const shown = conflictToJson(conflict);
  const side = to === undefined ? 0 : parseSide(to, shown, home.config.deviceId);
  const request = { libraryId, conflictId, decision, side, fields, seen: seen ?? conflict.version };
  try {
    return conflictToJson(await gateway.decideConflict(request));
  } catch (error) {
    if (asShoalError(error).code === 'changed-since')
      tellNow(conflictToJson(await gateway.getConflict({ libraryId, conflictId })));
    throw error;
  }
}

function refuseVersion(): never {
  const message = '"version-read": expected one conflict, since each has a version of its own';
  throw new ShoalError('invalid-argument', message, { field: 'version-read' });
}
